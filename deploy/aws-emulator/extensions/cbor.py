"""CloudWatch as Go's SDK speaks it (Smithy's rpc-v2-cbor): translated into the JSON that moto understands, and back, by botocore's own
readers and writers."""

import base64
import datetime
import io
import json
import re

from botocore import loaders, model, parsers, serialize

PATH = re.compile(r"^/service/(\w+)/operation/(\w+)$")
SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}


def as_json(value):
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime.datetime) else value


def as_shape(value, shape):
    """`value` with the types of `shape`: without what is null or unknown, and times as such."""
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure":
        found = {name: as_shape(each, shape.members[name]) for name, each in value.items() if name in shape.members}
        return {name: each for name, each in found.items() if each is not None}
    if kind == "list":
        return [as_shape(each, shape.member) for each in value]
    if kind == "map":
        return {name: as_shape(each, shape.value) for name, each in value.items()}
    if kind == "timestamp":
        numeric = isinstance(value, (int, float))
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc) if numeric else datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return {"integer": int, "long": int, "float": float, "double": float}.get(kind, lambda each: each)(value)


def text(value: str) -> bytes:
    """A text string in CBOR (RFC 8949, 3.1)."""
    content = value.encode()
    size = len(content)
    head = bytes([0x60 | size]) if size < 24 else bytes([0x78, size]) if size < 256 else bytes([0x79]) + size.to_bytes(2, "big")
    return head + content


def of_xml(said: str) -> dict:
    found = {name: re.search(rf"<{tag}>(.*?)</{tag}>", said, re.S) for name, tag in (("__type", "Code"), ("message", "Message"))}
    return {name: each[1] for name, each in found.items() if each}


class Translation:
    """WSGI: what is not of that protocol passes untouched."""

    def __init__(self, application):
        self.application = application
        self.models = {}

    def operation(self, service: str, name: str):
        if service not in self.models:
            self.models[service] = model.ServiceModel(loaders.Loader().load_service_model(SERVICES[service], "service-2"), SERVICES[service])
        return self.models[service].operation_model(name)

    def __call__(self, environ, start_response):
        asked = PATH.match(environ.get("PATH_INFO", ""))
        if not (asked and "cbor" in environ.get("HTTP_SMITHY_PROTOCOL", "")):
            return self.application(environ, start_response)
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        question = json.dumps(as_json(parsers.RpcV2CBORParser()._initial_body_parse(content) or {})).encode()
        changed = {name: value for name, value in environ.items() if name not in ("HTTP_SMITHY_PROTOCOL", "HTTP_ACCEPT")}
        changed.update({"PATH_INFO": "/", "RAW_URI": "/", "REQUEST_URI": "/", "CONTENT_TYPE": "application/x-amz-json-1.0",
                        "CONTENT_LENGTH": str(len(question)), "HTTP_X_AMZ_TARGET": ".".join(asked.groups()), "wsgi.input": io.BytesIO(question)})
        heard = {}
        said = b"".join(self.application(changed, lambda status, headers, _=None: heard.update(status=status)))
        answer = json.loads(said) if said.strip().startswith(b"{") else of_xml(said.decode())  # refusals are XML whatever was asked in
        headers = [("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")]
        if heard["status"].startswith("2"):
            encoded = bytearray(b"" if (shape := self.operation(*asked.groups()).output_shape) else b"\xa0")  # an empty map
            if shape:
                serialize.RpcV2CBORSerializer()._serialize_data_item(encoded, as_shape(answer, shape), shape)
        else:
            kind = (answer.get("__type") or "InternalFailure").split("#")[-1]
            headers.append(("x-amzn-query-error", f"{kind};Sender"))
            encoded = b"\xa2" + text("__type") + text(f"com.amazonaws.cloudwatch#{kind}") + text("message") + text(
                answer.get("message") or answer.get("Message") or "")
        start_response(heard["status"], [*headers, ("Content-Length", str(len(encoded)))])
        return [bytes(encoded)]
