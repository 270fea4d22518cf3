"""SQS: a redrive policy comes back without blanks, as AWS writes it."""

import json

from moto.sqs.models import Queue

attributes_of_moto = Queue.attributes.fget


def attributes(self):
    found = attributes_of_moto(self)
    if found.get("RedrivePolicy"):
        found["RedrivePolicy"] = json.dumps(json.loads(found["RedrivePolicy"]), separators=(",", ":"))
    return found


Queue.attributes = property(attributes)
