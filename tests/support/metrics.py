"""What a server's /metrics says, by name and labels."""

import re
import time

import requests


class Metrics:
    """One scrape."""

    def __init__(self, ops_url: str):
        answer = requests.get(ops_url + "/metrics", timeout=30)
        assert answer.status_code == 200
        self.text = answer.text
        self.types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", self.text, re.MULTILINE))
        self.series = []  # (name, labels, value)
        for line in self.text.splitlines():
            found = re.fullmatch(r'(\w+)(?:\{(.*)\})? (\S+)', line)
            if found:
                labels = {name: value.replace('\\"', '"') for name, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found[2] or "")}
                self.series.append((found[1], labels, float(found[3])))

    def sum(self, name: str, **labels) -> float:
        """Of the series of that name with these labels, of which there must be one at least."""
        values = [value for known, have, value in self.series if known == name and labels.items() <= have.items()]
        assert values, f"there is no {name} with {labels}"
        return sum(values)

    def identities(self) -> set:
        """Each series without its value."""
        return {(name, tuple(sorted(labels.items()))) for name, labels, _ in self.series}


def until(shop, condition, seconds: float = 30) -> Metrics:
    """The first scrape that fulfils `condition`."""
    deadline = time.monotonic() + seconds
    while True:
        scraped = Metrics(shop.ops_url)
        if condition(scraped):
            return scraped
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
