"""Rights, where a test turns them on (moto's reset-auth): moto reads policies by action and resource. Signatures are not looked at, since cbor.py
changes what was signed; actions are asked for by IAM's names instead of the wire's; and the 3,000 patterns of AWS' ReadOnlyAccess are read once
instead of for each request; and NotResource, which moto takes for a trust policy that has no resources, is every resource but those."""

import functools
import re

from moto.iam import access_control

ACTIONS = {"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}
SERVICES = {"monitoring": "cloudwatch"}

check_of_moto = access_control.IAMRequestBase.check_action_permitted
permitted_of_moto = access_control.IAMPolicyStatement.is_action_permitted


def check_action_permitted(self, resource):
    service, operation = self._action.split(":", 1)
    named = f"{SERVICES.get(service, service)}:{operation}"
    self._action = ACTIONS.get(named, named)
    return check_of_moto(self, resource)


def is_action_permitted(self, action, resource="*", *others, **named):
    statement = self._statement
    if "NotResource" not in statement:
        return permitted_of_moto(self, action, resource, *others, **named)
    excepted = [statement["NotResource"]] if isinstance(statement["NotResource"], str) else statement["NotResource"]
    if any(pattern_of(each).fullmatch(resource) for each in excepted):
        return access_control.PermissionResult.NEUTRAL
    for_all = {**{name: value for name, value in statement.items() if name != "NotResource"}, "Resource": "*"}
    return permitted_of_moto(access_control.IAMPolicyStatement(for_all), action, resource, *others, **named)


@functools.cache
def pattern_of(text: str) -> re.Pattern:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."))


access_control.IAMPolicyStatement._match = staticmethod(lambda pattern, string: pattern_of(pattern).fullmatch(string))
access_control.IAMRequestBase.check_signature = lambda self: None
access_control.IAMRequestBase.check_action_permitted = check_action_permitted
access_control.IAMPolicyStatement.is_action_permitted = is_action_permitted
