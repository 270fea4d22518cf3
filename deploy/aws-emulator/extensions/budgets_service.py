"""Budgets: who is told of a notification, and tags, both of which moto takes and does not give back."""

import json

from moto.budgets.responses import BudgetsResponse

create_of_moto = BudgetsResponse.create_budget


def tags(self) -> dict[str, dict[str, str]]:
    return self.backend.__dict__.setdefault("tags_", {})


def tags_of(self) -> dict[str, str]:
    return tags(self).setdefault(self._get_param("ResourceARN"), {})


def create_budget(self):
    answer = create_of_moto(self)
    name = self._get_param("Budget")["BudgetName"]
    given = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []}
    tags(self)[f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"] = given
    return answer


def list_tags_for_resource(self):
    return json.dumps({"ResourceTags": [{"Key": name, "Value": value} for name, value in tags_of(self).items()]})


def tag_resource(self):
    tags_of(self).update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")})
    return "{}"


def untag_resource(self):
    for name in self._get_param("ResourceTagKeys"):
        tags_of(self).pop(name, None)
    return "{}"


def describe_subscribers_for_notification(self):
    wanted = self._get_param("Notification")
    for each in self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")].notifications:
        if all(each.details.get(name) == wanted[name] for name in ("NotificationType", "ComparisonOperator", "Threshold")):
            return json.dumps({"Subscribers": each.subscribers})
    return 400, {}, json.dumps({"__type": "NotFoundException", "Message": "Notification not found"})


for function in (create_budget, list_tags_for_resource, tag_resource, untag_resource, describe_subscribers_for_notification):
    setattr(BudgetsResponse, function.__name__, function)
