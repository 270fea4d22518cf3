"""Rights, where a test turns them on (moto's reset-auth): moto reads policies by action and resource, and what it can't do here is left out:
signatures, since cbor.py changes what was signed; and of S3, actions by the names of operations, which IAM does not know."""

from moto.iam import access_control

AS_IAM_SAYS = {"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}

check_of_moto = access_control.IAMRequestBase.check_action_permitted


def check_action_permitted(self, resource):
    self._action = AS_IAM_SAYS.get(self._action, self._action)
    return check_of_moto(self, resource)


access_control.IAMRequestBase.check_signature = lambda self: None
access_control.IAMRequestBase.check_action_permitted = check_action_permitted
