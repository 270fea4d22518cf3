"""Every line that the programs under test have written in this session, and the secrets that the tests have made up or been
told: for the test at the end that holds one against the other (tests/functional/test_log_secrecy.py)."""

LINES: list[tuple[str, str]] = []  # who wrote it, the line
SECRETS: dict[str, str] = {}  # by text: what it is


def keep(who: str, line: str) -> None:
    LINES.append((who, line))


def secret(text: str, what: str) -> str:
    """Remembers it; the same text."""
    SECRETS.setdefault(text, what)
    return text
