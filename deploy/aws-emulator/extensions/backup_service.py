"""AWS Backup: selections, which moto does not have; and tags, which it looks for only where the address ends in a slash."""

import json
import uuid
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

PLAN = "{0}/backup/plans/(?P<name>[^/]+)/selections"
moto_paths = dict(urls.url_paths)
urls.url_paths.clear()  # the first match counts, and moto's pattern of a plan takes everything below it
urls.url_paths.update({PLAN + "/?$": urls.response.dispatch, PLAN + "/(?P<selection>[^/]+)/?$": urls.response.dispatch, **moto_paths})


def selections(self) -> dict:
    return self.backup_backend.__dict__.setdefault("selections_", {})


def part(self, number: int) -> str:
    return self.path.strip("/").split("/")[number]  # backup/plans/PLAN/selections/SELECTION


def create_backup_selection(self):
    made = {"BackupSelection": json.loads(self.body)["BackupSelection"], "BackupPlanId": part(self, 2), "SelectionId": str(uuid.uuid4()),
            "CreationDate": utcnow()}
    selections(self)[made["SelectionId"]] = made
    return ActionResult({name: made[name] for name in ("BackupPlanId", "SelectionId", "CreationDate")})


def get_backup_selection(self):
    found = selections(self).get(part(self, 4))
    if found is None:
        return 404, {"x-amzn-errortype": "ResourceNotFoundException"}, json.dumps({"message": "Cannot find Backup selection"})
    return ActionResult(found)


def delete_backup_selection(self):
    selections(self).pop(part(self, 4), None)
    return EmptyResult()


def list_tags(self):
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=unquote(self.path.split("/tags/")[-1]).rstrip("/"))})


for function in (list_tags, create_backup_selection, get_backup_selection, delete_backup_selection):
    setattr(BackupResponse, function.__name__, function)
