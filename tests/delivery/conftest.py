"""What the delivery's tests share."""

import pytest

from delivery import checkout as checkouts


@pytest.fixture
def checkout(tmp_path):
    return checkouts.make(tmp_path)
