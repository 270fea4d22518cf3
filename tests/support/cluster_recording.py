"""What a spike looked like, second by second: how many pods were wanted and ready, what was asked, how fast it was answered.
Kept as JSON (build/cluster/NAME.json), from which bench/cluster_picture.py draws."""

import json
import math
import time

from support.cluster import ROOT, Cluster
from support.cluster_load import Visits
from support.cluster_shop import DEPLOYMENT, HPA, STABLE
from support.cluster_watch import Watch

FOLDER = ROOT / "build" / "cluster"


def at_second(series: list, moment: float):
    """The value of [(time, value)] that held then."""
    return next((value for at, value in reversed(series) if at <= moment), series[0][1] if series else None)


class Recording:
    """`with Recording(cluster) as recording:` watches; the rounds of load are added when they are over. Times count from
    `recording.began`, which may be set to the moment that the spike began."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.began = time.time()
        self.pods = Watch(cluster, "pods", STABLE)
        self.deployments = Watch(cluster, "deployments")
        self.scaler = Watch(cluster, "horizontalpodautoscalers")
        self.slices = Watch(cluster, "endpointslices", "kubernetes.io/service-name=fashionforward")
        self.rounds = []

    def __enter__(self) -> "Recording":
        for watch in (self.pods, self.deployments, self.scaler, self.slices):
            watch.__enter__()
        return self

    def __exit__(self, *_):
        self.ended = time.time()
        for watch in (self.pods, self.deployments, self.scaler, self.slices):
            watch.__exit__()

    def add(self, visits: Visits):
        self.rounds.append(visits)

    # --- what was seen ------------------------------------------------------------------------------------

    def wanted(self) -> list:
        return self._of(self.scaler, HPA, lambda status: status.get("desiredReplicas"))

    def ready(self) -> list:
        return self._of(self.deployments, DEPLOYMENT, lambda status: status.get("readyReplicas", 0))

    @staticmethod
    def _of(watch: Watch, name: str, value) -> list:
        """The series of one object's status."""
        series = watch.series(lambda each: value(each["status"]) if each["metadata"]["name"] == name else None)
        return [(at, found) for at, found in series if found is not None]

    def serving(self) -> list:
        """How many pods traffic is sent to."""
        return self.slices.series(lambda each: sum(bool(end["conditions"].get("ready")) for end in each["endpoints"] or ()))

    def after(self, series: list, true) -> float:
        """Seconds from the beginning until the value first was like that; NaN for never."""
        return next((at - self.began for at, value in series if at >= self.began and true(value)), math.nan)

    def seconds(self) -> list:
        """One row for each second that load was measured in."""
        wanted, ready = self.wanted(), self.ready()
        rows = []
        for visits in self.rounds:
            for number, second in enumerate(visits.result["each_second"]):
                moment = visits.began + number
                rows.append({
                    "at": round(moment - self.began, 1), "wanted": at_second(wanted, moment), "ready": at_second(ready, moment),
                    "requests": second["served"] + second["unserved"], "unserved": second["unserved"],
                    "orders": second["bought"], "p50_ms": second["p50_ms"], "p99_ms": second["p99_ms"]})
        return rows

    def write(self, name: str, **figures):
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{name}.json"
        told = {"at": time.strftime("%Y-%m-%d %H:%M"), **figures, "seconds": self.seconds()}
        path.write_text(json.dumps(told, indent=1) + "\n")
        return path
