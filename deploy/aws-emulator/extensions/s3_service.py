"""S3: tags that are given while a bucket is created are kept, and of a life cycle how many old versions stay whatever their age. A bucket that
refuses what does not come by TLS does not refuse this server's clients, who have none: moto reads statements without their conditions."""

import json
import re

import xmltodict
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

put_of_moto, set_lifecycle_of_moto, lifecycle_of_moto = S3Response._bucket_response_put, FakeBucket.set_lifecycle, S3Response.get_bucket_lifecycle
permission_of_moto = FakeBucket.get_permission
DAYS = "</NoncurrentDays></NoncurrentVersionExpiration>"


def put(self, request, bucket, query):
    answer = put_of_moto(self, request, bucket, query)
    if not query and self.body and bucket in self.backend.buckets:
        try:
            tags = xmltodict.parse(self.body, force_list=("Tag",))["CreateBucketConfiguration"]["Tags"]["Tag"]
        except (KeyError, TypeError):
            return answer
        self.backend.tagger.tag_resource(self.backend.buckets[bucket].arn, [{"Key": tag["Key"], "Value": tag["Value"] or ""} for tag in tags])
    return answer


def set_lifecycle(self, rules):
    self.versions_kept_ = {rule.get("ID"): number for rule in rules
                           if (number := (rule.get("NoncurrentVersionExpiration") or {}).get("NewerNoncurrentVersions"))}
    return set_lifecycle_of_moto(self, rules)


def get_bucket_lifecycle(self):
    answer = lifecycle_of_moto(self)
    kept = getattr(self.backend.buckets[self.bucket_name], "versions_kept_", {})

    def whole(rule: re.Match) -> str:
        number = kept.get(rule[1])
        more = f"</NoncurrentDays><NewerNoncurrentVersions>{number}</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
        return rule[0].replace(DAYS, more) if number else rule[0]

    *head, body = answer
    text = body.decode() if isinstance(body, bytes) else body
    return (*head, re.sub(r"<Rule><ID>(.*?)</ID>.*?</Rule>", whole, text, flags=re.S))


def get_permission(self, action, resource):
    if self.policy is None:
        return permission_of_moto(self, action, resource)
    whole = self.policy
    told = json.loads(whole)
    told["Statement"] = [each for each in told["Statement"] if each.get("Condition") != {"Bool": {"aws:SecureTransport": "false"}}]
    try:
        self.policy = json.dumps(told).encode() if told["Statement"] else None
        return permission_of_moto(self, action, resource)
    finally:
        self.policy = whole


S3Response._bucket_response_put = put
FakeBucket.get_permission = get_permission
S3Response.get_bucket_lifecycle = get_bucket_lifecycle
FakeBucket.set_lifecycle = set_lifecycle
