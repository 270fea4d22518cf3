"""EC2: a rule whose peer is a security group keeps its description; a launch template's own tags are not part of what it launches."""

from moto.ec2.models import launch_templates, security_groups


def description(rule):
    for peer in (rule.ip_range, rule.source_group, rule.prefix_list_id):
        if (peer or {}).get("Description"):
            return peer["Description"]
    return None


security_groups.SecurityGroupRule.description = property(description)

create_of_moto = launch_templates.LaunchTemplateBackend.create_launch_template


def create_launch_template(self, name, text, template, tags):
    if (specifications := template.get("TagSpecifications")) is not None:
        specifications[:] = [each for each in specifications if each.get("ResourceType") != "launch-template"]
        if not specifications:
            del template["TagSpecifications"]
    return create_of_moto(self, name, text, template, tags)


launch_templates.LaunchTemplateBackend.create_launch_template = create_launch_template
