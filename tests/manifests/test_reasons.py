"""Every number that somebody may want to change has its reason beside it."""

import re

import pytest

from manifests.rendered import ROOT

FOLDERS = ("k8s", "deploy/components", "deploy/overlays")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
SETTINGS = [path for path in FILES if path.suffix in (".yaml", ".yml", ".toml", ".conf")]
YAML = [path for path in FILES if path.suffix in (".yaml", ".yml")]
# Those that tune: what is requested, waited for, counted. Ports, user ids and modes of files are names, not choices.
TUNES = re.compile(r"(?:^|[\s{-])(replicas|min\w+|max\w+|\w+Seconds|\w+Threshold|cpu|memory|storage|sizeLimit|averageUtilization|"
                   r"value|revisionHistoryLimit|duration|renew-before|canary-weight|proxy-[\w-]+|ttl|loop_wait|retry_timeout|"
                   r"primary_start_timeout|[a-z_]+_(?:ms|size|connections|senders|buffers)|committers|readers)\s*[:=]\s*[\"']?\d",
                   re.I)
NEAR = 4  # lines above: a reason may be for a few numbers that belong together


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
def test_every_number_has_its_reason(path):
    lines = path.read_text().splitlines()
    alone = [f"{path.relative_to(ROOT)}:{number + 1}: {line.strip()}" for number, line in enumerate(lines)
             if TUNES.search(line.split(" #")[0]) and not line.lstrip().startswith("#")
             and not any("#" in each for each in lines[max(0, number - NEAR):number + 1])]
    assert alone == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_begins_by_saying_what_it_is_for(path):
    first, second = (path.read_text().splitlines() + [""])[:2]
    comment = ("#", "--")
    assert first.startswith(comment) and (not first.startswith("#!") or second.startswith(comment))


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_lines_fit_a_screen(path):
    assert [line for line in path.read_text().splitlines() if len(line) > 150] == []
