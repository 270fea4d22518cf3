"""Which version a commit is."""

import re


def declared(checkout) -> str:
    return re.search(r"project\(fashionforward VERSION ([\d.]+)", (checkout.folder / "CMakeLists.txt").read_text()).group(1)


def test_a_tagged_commit_is_the_release_that_it_declares(checkout):
    checkout.git("tag", f"v{declared(checkout)}")
    assert checkout.script("version.sh").stdout == f"{declared(checkout)}\n"


def test_a_tag_that_disagrees_with_the_program_is_refused(checkout):
    checkout.git("tag", "v9.9.9")
    done = checkout.script("version.sh", check=False)
    assert done.returncode == 1 and "v9.9.9 and CMakeLists.txt" in done.stderr


def test_jenkins_which_fetches_no_names_of_tags_tells_it_by_a_variable(checkout):
    assert checkout.script("version.sh", TAG_NAME=f"v{declared(checkout)}").stdout == f"{declared(checkout)}\n"


def test_any_other_commit_leads_to_the_next_release_and_is_a_valid_tag_of_a_registry(checkout):
    first = checkout.script("version.sh").stdout.strip()
    checkout.commit("Change nothing")
    second = checkout.script("version.sh").stdout.strip()
    assert re.fullmatch(rf"{re.escape(declared(checkout))}-dev\.1\.g[0-9a-f]{{10}}", first)
    assert re.fullmatch(rf"{re.escape(declared(checkout))}-dev\.2\.g[0-9a-f]{{10}}", second)
    assert re.fullmatch(r"[\w][\w.-]{0,127}", second)


def test_what_is_in_no_commit_has_no_version(checkout):
    checkout.write("CMakeLists.txt", (checkout.folder / "CMakeLists.txt").read_text() + "\n")
    done = checkout.script("version.sh", check=False)
    assert done.returncode == 1 and "CMakeLists.txt" in done.stderr


def test_a_workflow_finds_it_among_the_steps_outputs(checkout, tmp_path):
    told = checkout.script("version.sh", GITHUB_OUTPUT=str(tmp_path / "outputs")).stdout.strip()
    assert (tmp_path / "outputs").read_text() == f"version={told}\n"
