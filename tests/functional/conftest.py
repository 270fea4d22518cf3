"""What is held against everything that this suite has made the programs write comes last."""

LAST = "test_log_secrecy.py"


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == LAST)  # stable: the others stay in their order
