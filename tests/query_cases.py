"""The checks of tests/relevance/query_cases*: what each asks of the service's answers."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

RELEVANCE = Path(__file__).parent / "relevance"
GIVEN, INVENTED = RELEVANCE / "query_cases", RELEVANCE / "query_cases_invented"
PAGE, LAST = 100, 1_000
NOWHERE = LAST + 1
BY_MEANING, POPULAR = 4, 5
MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one request to one case's index. want: what the kind of check needs."""

    case: str
    kind: str
    path: str
    params: Mapping[str, Any]
    name: str
    want: Any

    @property
    def id(self) -> str:
        asked = "&".join(f"{key}={value}" for key, value in self.params.items()) or self.path
        wanted = json.dumps(self.want, ensure_ascii=False, sort_keys=True)
        return f"{self.case}: {asked}: {self.name} {wanted}"


def read_checks(folder: Path) -> list[Check]:
    found = []
    for item in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        request = item["request"]
        for check in item["checks"]:
            ((name, want),) = check.items()
            asked = request.get("params", {})
            found.append(Check(item["case"], item["kind"], request["path"], asked, name, want))
    return found


class Shops:
    """A served folder of all cases; answers once given are kept."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._kept: dict[str, tuple[int, Any]] = {}

    def get(self, path: str, params: Mapping[str, Any]) -> tuple[int, Any]:
        key = f"{path} {sorted(params.items())}"
        if key not in self._kept:
            answer = self._client.get(path, params=dict(params))
            self._kept[key] = answer.status_code, answer.json()
        return self._kept[key]

    def search(self, index: str, params: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """The first answer, and all hits, paged through."""
        first: Any = None
        hits: list[Any] = []
        for page in range(1, LAST // PAGE + 1):
            asked = {**params, "index": index, "page": page, "page_size": PAGE}
            status, answer = self.get("/v1/search", asked)
            assert status == 200, answer
            first = first or answer
            hits += answer["hits"]
            if len(answer["hits"]) < PAGE:
                break
        return first, hits


def hold(check: Check, shops: Shops) -> None:
    """Assert the check."""
    if check.path == "/v1/search":
        _of_search(check, shops)
    elif check.path == "/v1/suggest":
        _of_suggest(check, shops)
    else:
        status, _ = shops.get(check.path, {**check.params, "index": check.case})
        assert status == check.want


def _of_search(check: Check, shops: Shops) -> None:
    if check.name == "facet_tells":
        return _facet_tells(check, shops)
    if check.name == "facet_roundtrip":
        return _facet_roundtrip(check, shops)
    answer, hits = shops.search(check.case, check.params)
    want: Any = check.want
    ids = [hit["id"] for hit in hits]
    place = {key: at for at, key in enumerate(ids)}
    level = {hit["id"]: hit["level"] for hit in hits}
    strict = [key for key in ids if level[key] == 0]
    told = " ".join(f"{key}:L{level[key]}" for key in ids[:12]) or "nothing"
    match check.name:
        case "first_in":
            assert ids and ids[0] in want, told
        case "before":
            assert place.get(want[0], NOWHERE) < place.get(want[1], LAST), told
        case "all_before":
            last = max(place.get(key, NOWHERE) for key in want["first"])
            ahead = [key for key in want["then"] if place.get(key, NOWHERE) < last]
            assert last < NOWHERE and not ahead, f"ahead {ahead} of {told}"
        case "top":
            enough = len(hits) >= min(want["n"], len(want["only"]))
            assert enough and set(ids[: want["n"]]) <= set(want["only"]), told
        case "strict_contains":
            assert set(want) <= set(strict), told
        case "strict_excludes":
            assert set(want).isdisjoint(strict), told
        case "not_word_match":
            assert all(level.get(key, POPULAR) >= BY_MEANING for key in want), told
        case "found":
            assert set(want) <= set(ids), told
        case "absent":
            assert set(want).isdisjoint(ids), told
        case "total_strict":
            assert want.get("min", 0) <= len(strict) <= want.get("max", LAST), told
        case "total":
            assert want.get("min", 0) <= answer["total"] <= want.get("max", 10**9)
        case "nothing_claimed":
            assert answer["total"] == 0 or min(level.values()) >= POPULAR, told
        case "no_entity_value":
            assert set(want).isdisjoint(_read_as(answer["query"]))
        case _:
            raise KeyError(check.name)


def _read_as(query: Any) -> list[Any]:
    sure = [each["value"] for each in query.get("entities") or [] if not each["ambiguous"]]
    return sure + [each["value"] for each in query.get("filters") or [] if each["applied"]]


def _facet_tells(check: Check, shops: Shops) -> None:
    """All values are listed, or a number beside them says how many there are, or are left."""
    field, count = check.want["field"], check.want["values"]
    asked = {**check.params, "facets": field, "index": check.case, "page_size": 1}
    told: list[object] = []
    for more in ({"facet_limit": MOST_VALUES}, {}):
        status, answer = shops.get("/v1/search", {**asked, **more})
        if status == 200:
            facet = answer["facets"][field]
            shown = len(facet.pop("values"))
            told.append((shown, facet))
            if shown >= count or {count, count - shown} & set(_numbers(facet)):
                return
    raise AssertionError(told)


def _numbers(part: Any) -> Sequence[int]:
    if isinstance(part, bool):
        return []
    if isinstance(part, int):
        return [part]
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return [number for value in inside for number in _numbers(value)]


def _facet_roundtrip(check: Check, shops: Shops) -> None:
    """Each value shown, taken as filter, gives its count."""
    field = check.want["field"]
    asked = {**check.params, "index": check.case, "page_size": 1}
    _, answer = shops.get("/v1/search", {**asked, "facets": field})
    values = answer["facets"][field]["values"]
    assert len(values) >= check.want.get("min", 1)
    for value in values:
        text = re.sub(r"([\\|])", r"\\\1", value["value"]).replace("..", r"\..")
        status, found = shops.get("/v1/search", {**asked, "filter": f"{field}:{text}"})
        assert (status, found.get("total")) == (200, value["count"]), value


def _of_suggest(check: Check, shops: Shops) -> None:
    status, answer = shops.get("/v1/suggest", {**check.params, "index": check.case})
    assert status == 200, answer
    texts = [item["text"] for item in answer["items"]]
    want: Any = check.want
    match check.name:
        case "suggests_any":
            assert {_folded(text) for text in texts} & {_folded(text) for text in want}, texts
        case "suggests_match":
            assert any(re.search(want, text, re.IGNORECASE) for text in texts), texts
        case "suggests_none_match":
            assert not any(re.search(want, text, re.IGNORECASE) for text in texts), texts
        case "suggest_each_finds":
            for text in texts:
                _, hits = shops.search(check.case, {"q": text})
                assert any(hit["level"] == 0 for hit in hits), text
        case "category_paths_any":
            paths = [item["path"] for item in answer.get("categories") or []]
            assert set(paths) & set(want), paths
        case "category_filters_find":
            items = answer.get("categories") or []
            assert items
            for item in items:
                asked = {"filter": item["filter"], "index": check.case, "page_size": 1}
                status, found = shops.get("/v1/search", asked)
                assert status == 200 and found["total"], item
        case _:
            raise KeyError(check.name)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
