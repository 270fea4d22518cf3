"""Releases that can't come out, each followed on its page of docs/runbooks while people look and buy: one sees what the page
says one sees, finds the cause by its commands, takes the release back by them; and nobody outside has noticed anything. Cards are charged all
the while: the payment gateway is not released with the shop."""

import dataclasses

import pytest
from support.cluster import NAMESPACE, wait_until
from support.cluster_overlays import of_web, released
from support.cluster_runbook import Page
from support.cluster_shop import DEPLOYMENT, ORDERS, ORDERS_SECONDS_MAX, STABLE

SYMPTOM_SECONDS_MAX = 120
WAITS_SECONDS = 3  # that `rollout status` is watched for, to see that it waits


@dataclasses.dataclass(frozen=True)
class BadRelease:
    page: str
    sees: tuple     # one of these stands in the list of pods
    diagnosis: str  # and this in what the page's table makes of it
    change: dict = dataclasses.field(default_factory=dict)  # of the container `web`
    image: str = "fashionforward:test"


RELEASES = (
    # A name that no name server knows: nothing is asked of anybody's registry.
    BadRelease("image-pull-fails", ("Init:ErrImagePull", "Init:ImagePullBackOff"), "no name server knows the registry",
               image="registry.invalid/fashionforward:typo"),
    BadRelease("not-ready", ("0/1",), "the probe asks a path that this release does not have",
               {"readinessProbe": {"httpGet": {"path": "/nowhere", "port": "ops"}}}),
    BadRelease("crash-loop", ("Error", "CrashLoopBackOff"), "the server does not start", {"args": ["serve", "--no-such-flag"]}),
    BadRelease("migration-fails", ("Init:Error", "Init:CrashLoopBackOff"), "that migration failed and nothing of it was done",
               image="fashionforward:next"),
)


def make(bad: BadRelease) -> str:
    """The overlay with it."""
    return released(f"bad-{bad.page}", bad.image, *([of_web(**bad.change)] if bad.change else []))


@pytest.fixture
def stumbling_block(fresh):
    """What the next release's migration stumbles over: a column of that name, which somebody had added by hand."""
    fresh.sql("ALTER TABLE orders ADD COLUMN gift_note text")
    yield
    fresh.sql("ALTER TABLE orders DROP COLUMN IF EXISTS gift_note")


@pytest.mark.parametrize("bad", RELEASES, ids=lambda bad: bad.page)
def test_a_release_that_can_not_come_out_is_taken_back_by_its_page_and_nobody_notices(shop, request, bad):
    if bad.page == "migration-fails":
        request.getfixturevalue("stumbling_block")
    page = Page(bad.page)
    sees = page.symptom(*bad.sees)
    old, schema, gateway = shop.names(), shop.schema(), shop.gateway()
    with shop.shoppers(workers=4) as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        shop.cluster.kubectl("apply", "-k", make(bad))

        def broken() -> list:
            """The new release's pods, once they look as the page says."""
            listed = shop.cluster.kubectl("-n", NAMESPACE, "get", "pods", "-l", STABLE, "--no-headers").stdout
            new = [line.split() for line in listed.splitlines() if line.split()[0] not in old]
            return [name for name, ready, state, *_ in new
                    if {ready, state} & set(sees) and (ready not in sees or state == "Running")]

        pod = wait_until(broken, f"one of {sees} as {page.name}.md says", SYMPTOM_SECONDS_MAX, shop.troubles, every=1)[0]

        def look() -> str:
            return page.look("Check", POD=pod)

        def told() -> list:
            """The rows of the page's table that fit, once one of them is the one that is meant."""
            return [row for row in page.diagnosis(look()) if bad.diagnosis in row[1]]

        found = wait_until(told, f"{page.name}.md to say: {bad.diagnosis}", SYMPTOM_SECONDS_MAX, look, every=2)
        waits = shop.cluster.kubectl("-n", NAMESPACE, "rollout", "status", f"deployment/{DEPLOYMENT}",
                                     f"--timeout={WAITS_SECONDS}s", check=False)
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        serving, paying = {each["metadata"]["name"] for each in shop.ready_pods()}, shop.gateway()
        page.follow("Act")
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        wait_until(lambda: len(shop.ready_pods()) == len(shop.names()), "the bad pods to go", SYMPTOM_SECONDS_MAX, shop.troubles)
    said = "; ".join(f"{left}: {right}" for left, right in found)
    shop.finish(f"{page.name}.md: {pod} {'/'.join(sees)}; {said[:200]}", pages, storm)
    assert waits.returncode != 0, "the rollout went through"
    assert old <= serving, "an old pod was taken away for a release that can't come out"
    assert paying == gateway == shop.gateway(), "a release of the shop, or taking it back, restarted the payment gateway"
    assert old <= shop.names(), "the old pods were restarted by taking the release back"
    assert shop.schema() == schema, "a release that did not come out has changed the schema"
