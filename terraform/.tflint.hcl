# `tflint --config`: its rules of the language, all of them. The ones that know AWS are a plugin of their own: where it can be installed,
# add `plugin "aws" { enabled = true ... }` and run `tflint --init`.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# The story's names of files say what is in them (vpc.tf, iam.tf ...), so there is no main.tf that would have to hold it.
rule "terraform_standard_module_structure" {
  enabled = false
}
