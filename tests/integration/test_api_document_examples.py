"""The requests that docs/api.md shows are answered, with what it shows."""

import re
import shlex
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from source_tree import ROOT

from app.main import create_app
from app.settings import Settings
from indexing.catalogue.product import PRODUCT_FIELDS

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Example:
    """body: JSON text of a POST. answer: as shown, with … for what was left out."""

    address: str
    body: str | None
    answer: str


def shown() -> dict[str, Example]:
    """By address; those that change nothing."""
    found = {}
    for block in re.findall(r"^```\n\$ (curl .*?)^```", PAGE, flags=re.M | re.S):
        command, _, answer = block.partition("\n{")
        words = shlex.split(command.replace("\\\n", " "))
        address = next(word for word in words if word.startswith("localhost:8080"))
        body = words[words.index("-d") + 1] if "-d" in words else None
        if {"-X", "--request"} & set(words):
            continue
        path = address.removeprefix("localhost:8080")
        if body is None or path == "/v1/search":
            found[path] = Example(path, body, "{" + answer)
    return found


EXAMPLES = shown()


OTHERS = {"reason", "section", "rank", "click", "purchase"}
"""Names within objects that the schemas leave open."""


def keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("address", EXAMPLES)
def test_an_example(http: httpx.Client, address: str) -> None:
    example = EXAMPLES[address]
    if example.body is None:
        answer = http.get(address)
    else:
        headers = {"Content-Type": "application/json"}
        answer = http.post(address, content=example.body, headers=headers)
    assert answer.status_code == (422 if '"status":422' in example.answer else 200), answer.text
    # The shop of the tests is another one, so some objects are not in its answers.
    schemas = create_app(Settings()).openapi()["components"]["schemas"]
    known = keys(answer.json()) | keys(schemas) | set(PRODUCT_FIELDS)
    assert set(re.findall(r'"(\w+)":', example.answer)) <= known | OTHERS
    first = re.findall(r'"(\w+)":', example.answer)[0]
    assert first in answer.json()
