"""What happened in the cluster and when: each change of some objects, at the moment at which the API told of it."""

import contextlib
import http.client
import json
import threading
import time

from support.cluster import NAMESPACE, Cluster, Refused, is_true

WATCH_SECONDS_MAX = 3600
STOP_SECONDS_MAX = 15
AGAIN_SECONDS = 0.2
FAILURES_MAX = 100  # in a row, 20 s: a control plane that is only busy answers within that
BUSY = 429


class Watch:
    """`with Watch(cluster, "pods", labels) as pods:` `pods.changes`: (time.time(), ADDED | MODIFIED | DELETED, object).
    A watch that breaks is taken up again where it ended; one that can't be fails the test that reads it."""

    def __init__(self, cluster: Cluster, kind: str, labels: str = "", namespace: str = NAMESPACE):
        self.cluster, self.kind, self.labels, self.namespace = cluster, kind, labels, namespace
        self.seen, self.fault = [], None
        self.over = False
        self.failures = 0
        self.connection = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        first = self.cluster.ask("GET", Cluster.path(self.kind, namespace=self.namespace, labelSelector=self.labels))
        self.seen += [(time.time(), "ADDED", item) for item in first["items"]]
        self.version = first["metadata"]["resourceVersion"]
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        with contextlib.suppress(OSError, AttributeError):  # it may be between two connections
            self.connection.sock.shutdown(2)
        self.thread.join(timeout=STOP_SECONDS_MAX)

    def _run(self):
        while not self.over:
            try:
                self._follow()
            except (OSError, http.client.HTTPException) as broken:  # the connection ended under it
                self.failures += 1
                if self.failures > FAILURES_MAX:
                    self.fault = broken
                    return
                time.sleep(AGAIN_SECONDS)
            except Exception as fault:  # whatever it is: what is read from here on would have a hole
                self.fault = None if self.over else fault
                return

    def _follow(self):
        self.connection = self.cluster.connect(WATCH_SECONDS_MAX)
        self.connection.request("GET", Cluster.path(self.kind, namespace=self.namespace, labelSelector=self.labels, watch="true",
                                                    resourceVersion=self.version))
        answer = self.connection.getresponse()
        if answer.status == BUSY or answer.status >= 500:
            raise ConnectionError(f"the watch of {self.kind} was answered {answer.status}")
        if answer.status != 200:
            raise Refused(answer.status, {"reason": answer.reason, "message": answer.read().decode(errors="replace")})
        while not self.over:
            line = answer.readline()
            if not line.endswith(b"\n"):  # the answer's end, or a connection that was cut in the middle of a line
                return
            event = json.loads(line)
            assert event["type"] != "ERROR", f"the watch of {self.kind} lost its place: {event['object']}"
            self.version = event["object"]["metadata"]["resourceVersion"]
            self.seen.append((time.time(), event["type"], event["object"]))
            self.failures = 0

    # --- what was seen ------------------------------------------------------------------------------------

    @property
    def changes(self) -> list:
        """All of them so far; fails when some may be missing."""
        assert self.fault is None, f"the watch of {self.kind} ended: {self.fault!r}"
        return list(self.seen)

    def series(self, value) -> list:
        """[(time, value(object))] where it changed."""
        found = []
        for at, kind, thing in self.changes:
            now = None if kind == "DELETED" else value(thing)
            if not found or found[-1][1] != now:
                found.append((at, now))
        return found

    def became_ready(self) -> dict:
        """Of each pod that was seen to become ready: when, by name."""
        known, found = set(), {}
        for at, kind, pod in self.changes:
            name = pod["metadata"]["name"]
            if kind == "ADDED" and is_true(pod, "Ready"):
                known.add(name)  # before we looked
            if is_true(pod, "Ready") and name not in known and name not in found:
                found[name] = at
        return found
