"""What happened in the cluster and when: each change of some objects, at the moment at which the API told of it."""

import http.client
import json
import threading
import time

from support.cluster import NAMESPACE, Cluster, is_true

WATCH_SECONDS_MAX = 3600
START_SECONDS_MAX = 15


class Watch:
    """`with Watch(cluster, "pods", labels) as pods:` `pods.changes`: (time.time(), ADDED | MODIFIED | DELETED, object).
    A watch that breaks is taken up again where it ended; one that can't be fails the test that reads it."""

    def __init__(self, cluster: Cluster, kind: str, labels: str = "", namespace: str = NAMESPACE, on_change=None):
        self.cluster, self.kind, self.labels, self.namespace = cluster, kind, labels, namespace
        self.changes, self.fault = [], None
        self.on_change = on_change
        self.over = False
        self.connection = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        first = self.cluster.ask("GET", Cluster.path(self.kind, namespace=self.namespace, labelSelector=self.labels))
        self.changes += [(time.time(), "ADDED", item) for item in first["items"]]
        self.version = first["metadata"]["resourceVersion"]
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        if self.connection is not None and self.connection.sock is not None:
            self.connection.sock.shutdown(2)
        self.thread.join(timeout=START_SECONDS_MAX)

    def _run(self):
        while not self.over:
            try:
                self._follow()
            except (OSError, ValueError, AttributeError, http.client.HTTPException):  # the connection ended under it
                time.sleep(0.2)
            except AssertionError as fault:
                self.fault = fault
                return

    def _follow(self):
        self.connection = self.cluster.connect(WATCH_SECONDS_MAX)
        self.connection.request("GET", Cluster.path(self.kind, namespace=self.namespace, labelSelector=self.labels, watch="true",
                                                    resourceVersion=self.version))
        answer = self.connection.getresponse()
        while not self.over:
            line = answer.readline()
            if not line:
                return
            event = json.loads(line)
            assert event["type"] != "ERROR", f"the watch of {self.kind} lost its place: {event['object']}"
            self.version = event["object"]["metadata"]["resourceVersion"]
            self.changes.append((time.time(), event["type"], event["object"]))
            if self.on_change:
                self.on_change(event["object"])

    # --- what was seen ------------------------------------------------------------------------------------

    def series(self, value) -> list:
        """[(time, value(object))] where it changed."""
        assert self.fault is None, self.fault
        found = []
        for at, kind, thing in list(self.changes):
            now = None if kind == "DELETED" else value(thing)
            if not found or found[-1][1] != now:
                found.append((at, now))
        return found

    def first(self, true, since: float = 0):
        """When an object was first like that, from `since` on; None if never."""
        assert self.fault is None, self.fault
        return next((at for at, kind, thing in list(self.changes) if at >= since and kind != "DELETED" and true(thing)), None)

    def became_ready(self) -> dict:
        """Of each pod that was seen to become ready: when, by name."""
        assert self.fault is None, self.fault
        known, found = set(), {}
        for at, kind, pod in list(self.changes):
            name = pod["metadata"]["name"]
            if kind == "ADDED" and is_true(pod, "Ready"):
                known.add(name)  # before we looked
            if is_true(pod, "Ready") and name not in known and name not in found:
                found[name] = at
        return found
