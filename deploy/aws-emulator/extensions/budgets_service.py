"""Budgets: who is told of a notification, which moto keeps and does not give back."""

import json

from moto.budgets.responses import BudgetsResponse


def describe_subscribers_for_notification(self):
    budgets = self.backend.budgets
    wanted = self._get_param("Notification")
    for each in budgets[self._get_param("AccountId")][self._get_param("BudgetName")].notifications:
        if all(each.details.get(name) == wanted[name] for name in ("NotificationType", "ComparisonOperator", "Threshold")):
            return json.dumps({"Subscribers": each.subscribers})
    return 400, {}, json.dumps({"__type": "NotFoundException", "Message": "Notification not found"})


BudgetsResponse.describe_subscribers_for_notification = describe_subscribers_for_notification
