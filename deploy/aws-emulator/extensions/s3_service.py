"""S3: tags that are given while a bucket is created are kept."""

import xmltodict
from moto.s3.responses import S3Response

put_of_moto = S3Response._bucket_response_put


def put(self, request, bucket, query):
    answer = put_of_moto(self, request, bucket, query)
    if not query and self.body and bucket in self.backend.buckets:
        try:
            tags = xmltodict.parse(self.body, force_list=("Tag",))["CreateBucketConfiguration"]["Tags"]["Tag"]
        except (KeyError, TypeError):
            return answer
        self.backend.tagger.tag_resource(self.backend.buckets[bucket].arn, [{"Key": tag["Key"], "Value": tag["Value"] or ""} for tag in tags])
    return answer


S3Response._bucket_response_put = put
