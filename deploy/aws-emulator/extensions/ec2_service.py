"""EC2: a rule whose peer is a security group keeps its description, and so does a reservation of addresses; a launch template's own tags are not
part of what it launches."""

from moto.ec2.models import launch_templates, security_groups
from moto.ec2.responses.subnets import Subnets


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


reserve_of_moto = Subnets.create_subnet_cidr_reservation


def create_subnet_cidr_reservation(self):
    answer = reserve_of_moto(self)
    answer.result["SubnetCidrReservation"].description = self._get_param("Description")
    return answer


Subnets.create_subnet_cidr_reservation = create_subnet_cidr_reservation
