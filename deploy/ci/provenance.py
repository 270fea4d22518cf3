"""Where an image comes from, as a SLSA 1.0 provenance predicate (https://slsa.dev/spec/v1.0/provenance) on standard output.

The facts are those that the build server states about itself (GitHub Actions' or Jenkins' variables); anywhere else there is nobody
to state them, and it refuses. It is made in the job that builds, so it is SLSA build level 2: signed and complete, but
the build could lie about itself.
"""

import json
import os
import sys
from collections.abc import Mapping

BUILD_TYPE = "https://github.com/{repository}/blob/{commit}/docs/delivery.md#where-an-image-comes-from"


class NotABuildServer(Exception):
    """Nobody states what is built here."""


def wanted(facts: Mapping[str, str], name: str) -> str:
    if not facts.get(name):
        raise NotABuildServer(f"{name} is not set: provenance is stated by GitHub Actions or Jenkins only")
    return facts[name]


def by_github(facts: Mapping[str, str]) -> dict:
    server, repository = wanted(facts, "GITHUB_SERVER_URL"), wanted(facts, "GITHUB_REPOSITORY")
    commit, ref = wanted(facts, "GITHUB_SHA"), wanted(facts, "GITHUB_REF")
    # owner/repository/.github/workflows/release.yaml@refs/tags/v1.2.3
    path, _, workflow_ref = wanted(facts, "GITHUB_WORKFLOW_REF").removeprefix(f"{repository}/").partition("@")
    run = f"{server}/{repository}/actions/runs/{wanted(facts, 'GITHUB_RUN_ID')}/attempts/{wanted(facts, 'GITHUB_RUN_ATTEMPT')}"
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE.format(repository=repository, commit=commit),
            "externalParameters": {"workflow": {"ref": workflow_ref, "repository": f"{server}/{repository}", "path": path}},
            "internalParameters": {"github": {"event_name": wanted(facts, "GITHUB_EVENT_NAME"),
                                              "runner_environment": facts.get("RUNNER_ENVIRONMENT", "self-hosted")}},
            "resolvedDependencies": [{"uri": f"git+{server}/{repository}@{ref}", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {"builder": {"id": f"{server}/{wanted(facts, 'GITHUB_WORKFLOW_REF')}"}, "metadata": {"invocationId": run}},
    }


def by_jenkins(facts: Mapping[str, str]) -> dict:
    url, commit = wanted(facts, "GIT_URL").removesuffix(".git"), wanted(facts, "GIT_COMMIT")
    return {
        "buildDefinition": {
            "buildType": f"{url}/blob/{commit}/docs/delivery.md#where-an-image-comes-from",
            "externalParameters": {"job": {"name": wanted(facts, "JOB_NAME"), "repository": url, "path": "Jenkinsfile"}},
            "internalParameters": {"jenkins": {"node": facts.get("NODE_NAME", "unknown")}},
            "resolvedDependencies": [{"uri": f"git+{url}", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {"builder": {"id": wanted(facts, "JENKINS_URL")}, "metadata": {"invocationId": wanted(facts, "BUILD_URL")}},
    }


def predicate(facts: Mapping[str, str]) -> dict:
    return by_jenkins(facts) if facts.get("JENKINS_URL") else by_github(facts)


def main() -> int:
    try:
        json.dump(predicate(os.environ), sys.stdout, indent=1)
    except NotABuildServer as error:
        print(f"provenance.py: {error}", file=sys.stderr)
        return 1
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
