"""Every line that the programs under test have written in this process of pytest, the secrets that the tests have made up or been
told, and the search that holds one against the other when the suite ends (tests/functional/conftest.py)."""

import json
import re

LINES: list[tuple[str, str]] = []  # who wrote it, the line
SECRETS: dict[str, str] = {}  # by text, one word each: what it is

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Of the networks that there are (3 to 6), and not part of a longer number or of an id in hex.
CARD = re.compile(r"(?<![0-9A-Fa-f.-])[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?![0-9A-Fa-f.-])")
SHOPPER = ("Lovelace", "Hauptstrasse")
WEBHOOK_SECRET = re.compile(r"whsec_\w+")
PASSWORD_IN_URL = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
OURS = {"time", "request_id", "trace_id", "traceparent"}  # fields of our own making, and the client's name of a request


def is_luhn(number: str) -> bool:
    digits = [int(digit) for digit in re.sub(r"\D", "", number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def worth_reading(line: str) -> str:
    """The line without what can't hold a secret but may look like one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    return json.dumps({name: value for name, value in entry.items() if name not in OURS}, ensure_ascii=False)


def found_in(line: str) -> list:
    text = worth_reading(line)
    found = [f"a card number: {number}" for number in CARD.findall(text) if is_luhn(number)]
    found += [f"an e-mail address: {address}" for address in EMAIL.findall(text)]
    found += [f"something of a shopper: {word}" for word in SHOPPER if word in text]
    found += [f"a webhook's secret: {word}" for word in WEBHOOK_SECRET.findall(text)]
    found += [f"a password: {word}" for word in PASSWORD_IN_URL.findall(text)]
    return found


def keep(who: str, line: str) -> None:
    LINES.append((who, line))


def secret(text: str, what: str) -> str:
    """Remembers it; the same text."""
    SECRETS.setdefault(text, what)
    return text


def told() -> list:
    """(who, what, line) of each line that holds a secret, a card or anything of a shopper."""
    broken = [(who, what, line) for who, line in LINES for what in found_in(line)]
    word = re.compile("[0-9A-Za-z_-]{16,}")
    return broken + [(who, SECRETS[found], line) for who, line in LINES for found in word.findall(worth_reading(line)) if found in SECRETS]
