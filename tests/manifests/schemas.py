"""What kubeconform judges manifests by: JSON schemas made from an API server's own OpenAPI document, so that they are of the
version (and have the custom resources) of the cluster, and nothing is fetched."""

import json
import os
import pathlib
import re
import shutil
import subprocess

from manifests.rendered import ROOT, TOOLS

FOLDER = ROOT / "build" / "kubernetes-schemas"
PATTERN = "{{.ResourceKind}}{{.KindSuffix}}.json"  # kubeconform's words: deployment-apps-v1.json
ASK_SECONDS_MAX = 30


def of_the_cluster() -> str:
    """The document of the cluster of ./ff cluster up, or nothing."""
    kubeconfig, kubectl = TOOLS.parent / "kubeconfig", shutil.which("kubectl", path=f"{TOOLS}:{os.environ.get('PATH', '')}")
    if not kubeconfig.exists() or not kubectl:
        return ""
    done = subprocess.run([kubectl, "--kubeconfig", str(kubeconfig), "--request-timeout", f"{ASK_SECONDS_MAX}s", "get", "--raw",
                           "/openapi/v2"], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def of_the_sources() -> str:
    """The document in Kubernetes' own module, which the harness has built a cluster from; it knows no custom resources."""
    if not shutil.which("go"):
        return ""
    modules = pathlib.Path(subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip())
    found = sorted(modules.glob("k8s.io/kubernetes@*/api/openapi-spec/swagger.json"))
    return found[-1].read_text() if found else ""


def strict(node):
    """As the API server reads: unknown fields are errors, and numbers may stand for quantities and ports."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: strict(value) for key, value in node.items()}
    if isinstance(made.get("$ref"), str):
        return {"$ref": made["$ref"]}
    if made.get("format") == "int-or-string" or made.get("x-kubernetes-int-or-string"):
        return {"type": ["string", "integer"]}
    if isinstance(made.get("properties"), dict) and "additionalProperties" not in made and not any(
            key.startswith("x-kubernetes-preserve") for key in made):
        made["additionalProperties"] = False
    return made


def needed(definitions: dict, name: str) -> dict:
    """`name` and what it is made of: kubeconform reads all that is in a file, so the rest stays out."""
    found, open_ends = {}, [name]
    while open_ends:
        each = open_ends.pop()
        if each not in found:
            found[each] = definitions[each]
            named = re.findall(r'"#/definitions/([^"]+)"', json.dumps(found[each]))
            open_ends += [reference for reference in named if reference in definitions]
    return found


def write() -> pathlib.Path | None:
    """FOLDER with a file for each kind; None where there is no document to make it from."""
    document = of_the_cluster() or of_the_sources()
    if not document:
        return None
    definitions = {name: strict(each) for name, each in json.loads(document)["definitions"].items()
                   if ".apiextensions." not in name}  # schemas of schemas: nobody's here
    definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"]}
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, each in definitions.items():
        for kind in each.get("x-kubernetes-group-version-kind", []):
            group = kind["group"].split(".")[0]
            file = "-".join(part for part in (kind["kind"].lower(), group, kind["version"].lower()) if part)
            schema = {"$ref": f"#/definitions/{name}", "definitions": needed(definitions, name)}
            (FOLDER / f"{file}.json").write_text(json.dumps(schema))
    return FOLDER
