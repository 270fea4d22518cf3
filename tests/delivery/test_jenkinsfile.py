"""The Jenkinsfile does what the workflows do, by the same scripts. Groovy reads it; Jenkins' own check of declarative pipelines is in no public
package registry, so their grammar, as far as it is used, is the table below."""

import json
import os
import pathlib
import re
import shutil
from collections.abc import Iterator

import pytest

from delivery.workflows import ROOT, commands, run

GROOVY = "4.0.28"
JARS = {"groovy": "org.apache.groovy:groovy", "groovy-json": "org.apache.groovy:groovy-json"}
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "fashionforward" / "delivery"
READER = ROOT / "tests" / "delivery" / "jenkinsfile.groovy"
COMMAND = re.compile(r"(?:\./ff|deploy/ci/[a-z_-]+\.sh)(?: [\w./*:=-]+| \"[\w$./{}()-]+(?: [\w/.]+\)?)*\")*(?: > [\w./]+)?$")
# https://www.jenkins.io/doc/book/pipeline/syntax/: which section may stand in which.
GRAMMAR = {
    "Jenkinsfile": {"pipeline"},
    "pipeline": {"agent", "options", "environment", "stages"},
    "stages": {"stage"},
    "stage": {"agent", "when", "environment", "steps", "matrix"},
    "matrix": {"axes", "agent", "environment", "stages"},
    "axes": {"axis"},
    "axis": {"name", "values"},
    "agent": {"label"},
    "when": {"tag", "branch", "allOf", "beforeAgent"},
    "allOf": {"branch", "changeset", "not"},
    "not": {"environment"},
    "options": {"timeout", "disableConcurrentBuilds", "buildDiscarder", "logRotator"},
    "environment": {"sh"},
    "steps": {"sh", "stash", "unstash", "archiveArtifacts", "input", "script", "withCredentials",
              "gitUsernamePassword"},  # an argument of withCredentials, so it is called before that
    "script": {"sh"},
    "withCredentials": {"sh"},
}


@pytest.fixture(scope="module")
def groovy() -> list:
    """The command that runs a Groovy script; its jars are fetched once."""
    if not shutil.which("java") or not shutil.which("mvn"):
        pytest.skip("there is no Java with Maven to fetch and run Groovy")
    folder = CACHE / f"groovy-{GROOVY}"
    for name, artifact in JARS.items():
        if not (folder / f"{name}-{GROOVY}.jar").exists():
            done = run("mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}:{GROOVY}", f"-DoutputDirectory={folder}",
                       cwd="/", check=False, timeout=240)
            if done.returncode != 0:
                pytest.skip(f"Maven can't fetch {artifact}:{GROOVY}: {done.stdout.strip()[:200]}")
    jars = ":".join(str(folder / f"{name}-{GROOVY}.jar") for name in JARS)
    return ["java", "-Xshare:auto", "-cp", jars, "groovy.ui.GroovyMain"]


@pytest.fixture(scope="module")
def pipeline(groovy) -> dict:
    return json.loads(run(*groovy, READER, ROOT / "Jenkinsfile").stdout)


def below(word: dict, *above: str) -> Iterator[tuple[tuple[str, ...], dict]]:
    for each in word["inside"]:
        yield (*above, word["word"]), each
        yield from below(each, *above, word["word"])


def shells(pipeline: dict) -> list[str]:
    """What its steps run, and what is run for a variable."""
    words = [each["arguments"][0] for _, each in below(pipeline) if each["word"] == "sh"]
    return [each["script"] if isinstance(each, dict) else each for each in words]


def stages(pipeline: dict) -> list[str]:
    return [each["arguments"][0] for _, each in below(pipeline) if each["word"] == "stage"]


def stage(pipeline: dict, name: str) -> dict:
    [found] = [each for _, each in below(pipeline) if each["word"] == "stage" and each["arguments"] == [name]]
    return found


def test_groovy_compiles_it(pipeline):
    assert [each["word"] for each in pipeline["inside"]] == ["pipeline"]


def test_groovy_would_refuse_what_does_not_parse(groovy, tmp_path):
    (tmp_path / "Jenkinsfile").write_text((ROOT / "Jenkinsfile").read_text().rstrip()[:-1])
    assert run(*groovy, READER, tmp_path / "Jenkinsfile", check=False).returncode != 0


def test_every_section_stands_where_a_declarative_pipeline_may_have_it(pipeline):
    wrong = [f"{each['word']} in {' / '.join(above)}" for above, each in below(pipeline)
             if above[-1] in GRAMMAR and each["word"] not in GRAMMAR[above[-1]]]
    assert wrong == []


def test_a_stage_has_steps_or_a_matrix(pipeline):
    for _, each in below(pipeline):
        if each["word"] == "stage":
            assert len({"steps", "matrix"} & {inner["word"] for inner in each["inside"]}) == 1, each["arguments"]


def test_what_it_runs_is_one_command_of_ours(pipeline):
    assert [each for each in shells(pipeline) if not COMMAND.match(each)] == []
    assert all((ROOT / each.split()[0]).is_file() for each in shells(pipeline))


def test_it_runs_what_the_workflows_run(pipeline):
    def scripts(of) -> set[str]:
        return {name for each in of for name in re.findall(r"deploy/ci/([a-z_]+\.sh)", each)}

    assert scripts(shells(pipeline)) == scripts(commands().values())


def test_nothing_is_changed_before_somebody_has_approved_it(pipeline):
    order = stages(pipeline)
    for approval, change in (("Approve production", "Deploy to production"), ("Approve the plan of staging", "Apply to staging"),
                             ("Approve the plan of production", "Apply to production")):
        assert order.index(approval) + 1 == order.index(change)
        [words] = [each["inside"] for each in stage(pipeline, approval)["inside"] if each["word"] == "steps"]
        assert [each["word"] for each in words] == ["input"]
        assert condition(pipeline, approval) == condition(pipeline, change)


def condition(pipeline: dict, name: str) -> list:
    """When a stage runs, but for how early that is asked."""
    [when] = [each for each in stage(pipeline, name)["inside"] if each["word"] == "when"]
    return [each for each in when["inside"] if each["word"] != "beforeAgent"]


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_nobody_is_asked_about_infrastructure_that_does_not_change(pipeline, environment):
    """Neither for a commit elsewhere, nor for a plan that is empty."""
    [planning] = condition(pipeline, f"Plan {environment}")
    changed = [(each["word"], each["arguments"]) for each in planning["inside"]]
    assert changed == [("branch", ["main"]), ("changeset", ["terraform/**"])]
    [approving] = condition(pipeline, f"Approve the plan of {environment}")
    assert approving["inside"][:2] == planning["inside"]
    [empty] = approving["inside"][2]["inside"]
    name = f"{environment.upper()}_PLAN"
    assert (approving["inside"][2]["word"], empty["arguments"]) == ("not", [{"name": name, "value": "none"}])
    assert f'deploy/ci/terraform.sh apply {environment} "${name}"' in shells(stage(pipeline, f"Apply to {environment}"))


def test_production_is_planned_after_staging_has_been_applied(pipeline):
    order = stages(pipeline)
    assert order.index("Apply to staging") < order.index("Plan production")


def test_only_a_release_is_pushed_signed_and_deployed(pipeline):
    for name in stages(pipeline):
        runs = shells(stage(pipeline, name))
        if any(re.match(r"deploy/ci/(push|sign|index|deploy)\.sh", each) for each in runs):
            outer = stage(pipeline, "Images") if name == "Image" else stage(pipeline, name)
            [when] = [each for each in outer["inside"] if each["word"] == "when"]
            assert when["inside"][0]["arguments"] == [{"pattern": r"v\d+\.\d+\.\d+", "comparator": "REGEXP"}], name


def test_no_key_is_kept_in_it(pipeline):
    text = (ROOT / "Jenkinsfile").read_text()
    assert not re.search(r"AKIA[0-9A-Z]{16}|PRIVATE KEY|password\s*=|AWS_SECRET_ACCESS_KEY", text)
    [settings] = [each["settings"] for above, each in below(pipeline) if each["word"] == "environment" and above[-1] == "pipeline"]
    assert all(value.startswith("awskms:///") for name, value in settings.items() if name.startswith("COSIGN"))
