"""docs/api.md says the same as the OpenAPI document: addresses, parameters, defaults, limits."""

import re
from functools import cache
from typing import Any

import pytest
from source_tree import ROOT

from app.api.problems import _BY_STATUS, INTERNAL, KINDS, TOO_LONG, UNREAD
from app.main import create_app
from app.settings import Settings

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
UNDESCRIBED = {"GET /metrics"}
"""Not in the OpenAPI document, as it is no JSON."""
SEARCHES = {"POST /v1/search", "POST /v1/admin/rules/preview"}
"""Their bodies say what the address of GET /v1/search does."""
METHODS = {"get", "put", "post", "delete", "patch"}


@cache
def described() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@cache
def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


@cache
def sections() -> dict[str, str]:
    """Heading of an endpoint → its own text, after what is said of its whole chapter."""
    found = {}
    for chapter in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        intro, *parts = re.split(r"^### ", chapter, flags=re.M)
        for part in parts:
            heading, _, text = part.partition("\n")
            found[heading] = f"{intro}\n{text}"
    return {heading: text for heading, text in found.items() if heading.split(" ")[0].isupper()}


def parameters(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name → schema, of the address and of the body's fields."""
    found = {each["name"]: each["schema"] for each in operation.get("parameters", ())}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    model = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if model:
        found |= described()["components"]["schemas"][model]["properties"]
    return found


def rows(text: str) -> dict[str, tuple[str, str]]:
    """Of all tables of parameters: name → default, meaning."""
    found = {}
    for table in re.findall(r"^\| parameter \|.*\n(?:\|.*\n)+", text, flags=re.M):
        for line in table.splitlines()[2:]:
            name, default, meaning = (cell.strip() for cell in line.strip("|").split(" | ", 2))
            found[name.strip("` ")] = (default, meaning)
    return found


def shown(default: object) -> str:
    if isinstance(default, bool):
        return "`on`" if default else "`off`"
    if default == [] or default is None:
        return "none"
    return '`""`' if default == "" else f"`{default}`"


def limits(schema: dict[str, Any]) -> list[float]:
    either = [schema, *schema.get("anyOf", ())]
    return [one[name] for one in either for name in ("maximum", "maxItems") if name in one]


def test_every_endpoint_has_a_section_and_every_section_an_endpoint() -> None:
    assert set(sections()) == set(operations()) | UNDESCRIBED


@pytest.mark.parametrize("heading", sorted(operations()))
def test_parameters(heading: str) -> None:
    text, known = sections()[heading], parameters(operations()[heading])
    if heading in SEARCHES:
        text = sections()["GET /v1/search"] + sections()["POST /v1/search"] + text
    named = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r"\{(\w+)\}", heading))
    assert set(known) <= named
    for name, (default, meaning) in rows(text).items():
        if name not in known:
            assert heading in SEARCHES or name.startswith("recent_"), name
            continue
        if known[name].get("default") not in (None, []):
            assert default == shown(known[name]["default"]), name
        for limit in limits(known[name]):
            assert f"{limit:,g}" in meaning, f"{heading}: {name} is limited by {limit}"


def test_every_kind_of_problem_is_listed() -> None:
    kinds = [*KINDS.values(), INTERNAL, TOO_LONG, *UNREAD, *_BY_STATUS.values()]
    table = PAGE.partition("\n## Errors\n")[2]
    listed = {
        (int(status), slug)
        for status, slugs in re.findall(r"^\| (\d{3}) \| ([^|]+) \|", table, flags=re.M)
        for slug in re.findall(r"`([a-z-]+)`", slugs)
    }
    assert listed == {(kind.status, kind.slug) for kind in kinds if kind is not _BY_STATUS[400]}
