"""The story of this project: a spike comes, two pods become ten, nobody is turned away, and when it is over the eight others
leave again without dropping a request. What the overlay for this machine changes of the manifests is printed, and may be
nothing but requests, limits and how long the autoscaler waits before it scales down."""

import datetime
import math
import re
import sys
import time

from support import api
from support.cluster import NAMESPACE, ROOT, wait_until
from support.cluster_load import Hey, Visits
from support.cluster_overlays import differences, documents, rendered_without
from support.cluster_recording import Recording
from support.cluster_shop import HPA, HTTP, OVERLAY, STABLE, START_SECONDS_MAX
from support.cluster_watch import Watch
from support.storm import Shelf

from cluster.conftest import ALL

sys.path.insert(0, str(ROOT / "bench"))
import cluster_picture  # noqa: E402

LEAST, MOST = 2, 10
QUIET_PER_SECOND = 2       # shoppers who come before and after it
SPIKE_PER_SECOND = 65      # and in it: 350 requests a second, for which the pods want 200 m; half of what two processors take
BEFORE_SECONDS, SPIKE_SECONDS = 10, 90 if ALL else 75
AFTER_SECONDS = 15         # at a time, until the pods are gone
REST_SECONDS_MAX = 180     # until what the pods' start took is no longer in the average that metrics-server gives
DOWN_SECONDS_MAX = 400
READY_BAR_SECONDS = 1.0    # from a container's start to Ready
NEW_PODS = 3               # in a calm, one after the other
GOODS = Shelf(hot=1_000_000, few=1_000_000)
MAY_DIFFER = re.compile(r"spec\.template\.spec\.containers\.\w[\w-]*\.resources\.(requests|limits)\.(cpu|memory)|"
                        r"spec\.behavior\.scaleDown\.(stabilizationWindowSeconds|policies)")
ORDERS_AT_ONCE = 1000      # of an SQL statement: its arguments are a command line


def difference(cluster) -> list:
    """What the overlay's patch for one machine makes of the manifests, as lines."""
    plain, small = documents(rendered_without(cluster, "small.yaml")), documents(cluster.render(OVERLAY))
    assert plain.keys() == small.keys()
    lines = []
    for name in sorted(plain):
        for path, before, after in differences(plain[name], small[name]):
            assert MAY_DIFFER.fullmatch(path), f"{name} {path}: {before} became {after}"
            lines.append(f"{name} {path.removeprefix('spec.template.spec.')}: {before} -> {after}")
    assert lines
    return lines


def calm(shop) -> bool:
    """Two pods, and no reason for more."""
    scaler = shop.cluster.get("horizontalpodautoscalers", HPA)
    measured = scaler["status"].get("currentMetrics") or ()  # an entry without a resource is one that could not be had
    seen = [each["resource"]["current"].get("averageUtilization") for each in measured if "resource" in each]
    target = scaler["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"]
    return bool(seen) and seen[0] is not None and seen[0] <= target and len(shop.cluster.list("pods", STABLE)) == LEAST


def goods(shop) -> str:
    """What shoppers come for, as the storm wants it told."""
    client = api.Client(shop.url, host=shop.host)
    wanted = ["hot", *(sku for sku in GOODS.stock if sku.startswith("few-"))]
    products = [f"product {sku} {client.variants(sku)[0]['id']}" for sku in wanted]
    collections = [f"collection {each['handle']}" for each in client.request("GET", "/api/v1/collections")[2]["collections"]]
    return "\n".join([*products, *collections, "search linen", "search shirt", "search wool"]) + "\n"


def started(shop, pod: dict) -> float:
    """When the node's container runtime executed the container: Kubernetes itself keeps only the second."""
    told = shop.cluster.container(pod, "web")["status"]["startedAt"]
    moment, nanoseconds = re.match(r"([\d-]+T[\d:]+)(\.\d+)?", told).groups()
    return datetime.datetime.fromisoformat(moment + "+00:00").timestamp() + float(nanoseconds or 0)


def told_of(seconds: list) -> str:
    """From a container's start to Ready, beside the bar."""
    listed = ", ".join(f"{each:.2f}" for each in sorted(seconds))
    met = sum(each <= READY_BAR_SECONDS for each in seconds)
    return f"exec to Ready of {len(seconds)} new pods: {listed} s; bar {READY_BAR_SECONDS:.0f} s: {met} of {len(seconds)} met"


def missing(shop, orders: list) -> int:
    """Of the orders that shoppers were told, how many the database does not have."""
    found = 0
    for at in range(0, len(orders), ORDERS_AT_ONCE):
        listed = ",".join(f"'{order}'" for order in orders[at:at + ORDERS_AT_ONCE])
        found += int(shop.sql(f"SELECT count(*) FROM orders WHERE id::text IN ({listed})"))
    return len(orders) - found


def test_a_pod_that_comes_while_the_machine_has_room_is_ready(shop):
    """What the program itself takes: in the spike eight start at once on processors that have none left."""
    took = []
    with Watch(shop.cluster, "pods", STABLE) as pods:
        for _ in range(NEW_PODS):
            old = shop.names()
            shop.cluster.kubectl("-n", NAMESPACE, "delete", "pod", min(old), "--wait=false")
            wait_until(lambda: len(shop.cluster.list("pods", STABLE)) == LEAST == len(shop.ready_pods()) and shop.names() != old,
                       "the pod that replaces it", START_SECONDS_MAX, shop.troubles)
            new, = (pod for pod in shop.ready_pods() if pod["metadata"]["name"] not in old)
            wait_until(lambda: new["metadata"]["name"] in pods.became_ready(), "the watch to see it", START_SECONDS_MAX)
            took.append(pods.became_ready()[new["metadata"]["name"]] - started(shop, new))
            assert new["status"]["containerStatuses"][0]["restartCount"] == 0
    print(f"\nin a calm: {told_of(took)}")


def test_a_spike_makes_two_pods_ten_and_two_again_and_nobody_is_turned_away(shop, tmp_path):
    print("\nspike: the overlay for one machine differs from the manifests by")
    for line in difference(shop.cluster):
        print(f"  {line}")
    shop.keep(LEAST, MOST)
    shop.stock_up(GOODS)
    wait_until(lambda: calm(shop), "the autoscaler to see its pods at rest", REST_SECONDS_MAX, shop.troubles, every=1)
    listed, old = goods(shop), shop.names()

    def visits(rate: float, seconds: float, name: str) -> Visits:
        (tmp_path / name).mkdir()
        return Visits(tmp_path / name, HTTP, shop.host, listed, rate, seconds, "--by-card", warm_up=0.5)

    with Recording(shop.cluster) as recording, Hey(f"{shop.url}/products/hot", shop.host, 2) as kept, \
            Hey(f"{shop.url}/", shop.host, 2, keep_alive=False) as fresh:
        with visits(QUIET_PER_SECOND, BEFORE_SECONDS, "before") as before:
            pass
        with visits(SPIKE_PER_SECOND, SPIKE_SECONDS, "spike") as spike:
            recording.began = spike.began
            while spike.running() and len(shop.ready_pods()) < MOST:
                time.sleep(0.5)
            pods = {pod["metadata"]["name"]: pod for pod in shop.ready_pods() if pod["metadata"]["name"] not in old}
            runs = {name: started(shop, pod) for name, pod in pods.items()}
            crashed = [name for name, pod in pods.items() if pod["status"]["containerStatuses"][0]["restartCount"]]
            why = [shop.cluster.kubectl("-n", NAMESPACE, "logs", name, "-c", "web", "--previous", "--tail=3", check=False).stdout
                   for name in crashed]
        ended, down, after = spike.began + SPIKE_SECONDS, None, []
        while down is None:
            assert time.time() < ended + DOWN_SECONDS_MAX, f"the pods do not go again\n{shop.troubles()}"
            with visits(QUIET_PER_SECOND, AFTER_SECONDS, f"after-{len(after)}") as each:
                while each.running():
                    if down is None and len(shop.cluster.list("pods", STABLE)) == LEAST:
                        down = time.time() - ended
                    time.sleep(0.5)
            after.append(each)
    rounds = [before, spike, *after]
    for each in rounds:
        recording.add(each)
    most = max(count for _, count in recording.ready())
    assert most == MOST, f"the autoscaler made {most} pods of {MOST}; in the spike {spike}"
    ready = recording.pods.became_ready()
    took = sorted(ready[name] - began for name, began in runs.items())
    decided = recording.after(recording.wanted(), lambda pods: pods > LEAST)
    first = recording.after(recording.serving(), lambda pods: pods > LEAST)
    all_ready = recording.after(recording.ready(), lambda pods: pods == MOST)
    told_when = sum(each.endings().get("told_when", 0) for each in rounds)
    failed = sum(sum(each.failed().values()) for each in rounds)
    figures = {"decided_seconds": decided, "first_serving_seconds": first, "all_ready_seconds": all_ready, "back_seconds": down,
               "exec_to_ready_seconds": took, "least": LEAST, "most": most, "told_when": told_when, "failed": failed}
    path = recording.write("spike", **{name: None if value is math.nan else value for name, value in figures.items()})
    cluster_picture.draw_file(path, path.with_suffix(".svg"))
    print(f"  decided after {decided:.1f} s, the first new pod served after {first:.1f} s, {most} pods ready after "
          f"{all_ready:.1f} s; {LEAST} again {down:.1f} s after the load ended")
    print(f"  {told_of(took)}")
    quiet = sum(sum(each.endings().values()) for each in rounds if each is not spike)
    print(f"  in the spike {spike}\n  before and after it {quiet} requests of visits")
    print(f"  {failed} failed; {told_when} were told when to come again, and then got what they came for")
    for each in (kept, fresh):
        print(f"  {each}")
    told = [order for each in rounds for order in each.bought()]
    lost = missing(shop, told)
    print(f"  orders that shoppers were told of: {len(told)}, lost: {lost}; audit: {shop.audit()}")
    print(f"  wrote {path.relative_to(ROOT)} and its picture beside it", flush=True)
    assert not crashed, f"new pods died while they started: {why}"
    assert failed == 0, [each.failed() for each in rounds]
    assert kept.failed == fresh.failed == 0 < min(kept.asked, fresh.asked)
    assert told and lost == 0
