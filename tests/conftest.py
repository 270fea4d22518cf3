"""Fixtures that the black-box suites share."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support.shop_process import ShopProcess  # noqa: E402


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """One demo shop for tests that don't mind each other's carts and orders."""
    process = ShopProcess(tmp_path_factory.mktemp("shop")).migrate_and_seed()
    with process:
        yield process


@pytest.fixture
def fresh_shop(tmp_path):
    """A demo shop of the test's own, migrated and seeded, not started."""
    process = ShopProcess(tmp_path / "shop").migrate_and_seed()
    yield process
    process.stop()
