"""The query surfaces on a Chinese catalogue with a Chinese log."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import NOW
from http_service import serving

from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.progress import Silent

_EVERY = 5
"""The log has 100,000 lines, most of which ask for what this small shop does not have."""


@pytest.fixture(scope="module")
def shop(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder, data = tmp_path_factory.mktemp("chinese"), shared_folder / "data"
    log = folder / "queries.txt"
    with gzip.open(data / "query_logs" / "taobao_zh.txt.gz", "rt", encoding="utf-8") as log_lines:
        lines = list(log_lines)[::_EVERY]
    personal = "13800138000\n13800138000 手机\nli.wei@example.com\n"
    log.write_text("".join(lines) + personal, encoding="utf-8")
    products = data / "openbg_zh" / "products.jsonl.gz"
    build(
        BuildOptions([products], folder / "var" / "main", code_version(), queries=log),
        NOW,
        Silent(),
    )
    with serving(folder / "var") as client:
        yield client


def items(shop: httpx.Client, path: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = shop.get(f"/v1/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def texts(shop: httpx.Client, path: str, **parameters: Any) -> list[str]:
    return [item["text"] for item in items(shop, path, **parameters)]


@pytest.mark.parametrize(
    ("typed", "matched"),
    [("面膜", "prefix"), ("mianmo", "pinyin"), ("mm", "initials"),
     ("免膜", "typo")],
)  # fmt: skip
def test_a_word_by_characters_sound_initials_and_homophone(
    shop: httpx.Client, typed: str, matched: str
) -> None:
    found = items(shop, "suggest", q=typed, limit=20)
    assert any("面膜" in item["text"] and item["matched"].startswith(matched) for item in found)


def test_every_suggestion_finds_a_product(shop: httpx.Client) -> None:
    said = {
        text for typed in "手女男面衣家大小红水mskzd" for text in texts(shop, "suggest", q=typed)
    }
    said |= set(texts(shop, "hint", limit=30)) | set(texts(shop, "discover", limit=30))
    assert len(said) > 100
    for text in sorted(said)[::4]:
        found = shop.get("/v1/search", params={"q": text, "page_size": 1}).json()
        assert found["total_strict"] > 0, text


def test_what_is_related_has_words_in_common_or_the_category(shop: httpx.Client) -> None:
    answer = shop.get("/v1/search", params={"q": "连衣裙", "with": "related,refinements"}).json()
    related = [item["text"] for item in answer["related"]]
    assert related
    assert not any("衣架" in text or "衣柜" in text or "衣杆" in text for text in related)
    chips = [item["text"] for item in answer["refinements"]]
    assert chips
    assert not {"other/其他", "其他", "是", "否"} & set(chips)


def test_from_the_empty_box_to_the_next_search(shop: httpx.Client) -> None:
    hot = texts(shop, "discover", limit=9)
    assert len(hot) == len(set(hot)) == 9
    assert hot[0] not in texts(shop, "hint", recent_queries=hot[0])
    found = shop.get("/v1/search", params={"q": "手表", "page_size": 1}).json()["hits"][0]["id"]
    assert texts(shop, "after-click", q="手表", product_id=found)
    assert "手表" not in texts(shop, "after-click", q="手表")


def test_personal_data_is_never_said(shop: httpx.Client) -> None:
    for typed in ("1", "138", "13800138000", "li.wei", "li"):
        assert not any("138001" in text or "@" in text for text in texts(shop, "suggest", q=typed))
