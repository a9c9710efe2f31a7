import json
from pathlib import Path
from typing import Any

import pytest
from rows_of import formats_of, records_of, rows_of

from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.product import RejectedLine
from indexing.errors import CatalogError

MUG = {"id": "1", "title": "Mug", "images": [{"src": "a"}, {"src": "b"}]}
CUP = {"id": "2", "title": "Cup", "images": []}
BOTH = [MUG, CUP]


def written(folder: Path, made: object, indent: int | None = None) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps(made, indent=indent, ensure_ascii=False), encoding="utf-8")
    return path


HOLDERS: list[tuple[dict[str, Any], str]] = [
    ({"products": BOTH}, "products"),
    ({"title": "Feed", "count": 2, "items": BOTH}, "items"),
    ({"categories": [{"id": 1, "name": "A"}] * 5, "products": BOTH}, "products"),
    ({"status": {"code": 0}, "data": {"page": 1, "articles": BOTH}}, "data.articles"),
    ({"response": {"numFound": 2, "docs": BOTH}, "facets": {}}, "response.docs"),
    ({"took": 3, "hits": {"total": {"value": 2}, "hits": [
        {"_index": "p", "_id": "1", "_score": 1.0, "_source": MUG},
        {"_index": "p", "_id": "2", "_source": {"title": "Cup", "images": []}}]}}, "hits.hits"),
    ({"found": 2, "hits": [{"document": MUG, "highlights": []}, {"document": CUP}]}, "hits"),
    ({"data": {"products": {"edges": [{"cursor": "x", "node": MUG}, {"node": CUP}]}}},
     "data.products.edges"),
    ({"unheard_of": BOTH, "tags": ["a", "b", "c"]}, "unheard_of"),
    ({"1": {"title": "Mug", "images": MUG["images"]}, "2": {"title": "Cup", "images": []}}, "*"),
]  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("made", "place"), HOLDERS, ids=[place for _, place in HOLDERS])
def test_an_object_that_holds_the_products(
    tmp_path: Path, made: dict[str, Any], place: str, indent: int | None
) -> None:
    path = written(tmp_path, made, indent)
    assert rows_of(path) == BOTH
    assert formats_of(path)[0].records_at == place


@pytest.mark.parametrize("indent", [None, 1])
def test_lists_and_single_products(tmp_path: Path, indent: int | None) -> None:
    assert rows_of(written(tmp_path, BOTH, indent)) == BOTH
    assert rows_of(written(tmp_path, MUG, indent)) == [MUG]
    assert rows_of(written(tmp_path, [{"page": 1, "products": [MUG]}, {"products": [CUP]}])) == BOTH


def test_objects_over_several_lines_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\n".join(json.dumps(each, indent=2) for each in BOTH) + "\n")
    assert rows_of(path) == BOTH


def test_a_page_of_products_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"products": [each]}) + "\n" for each in BOTH))
    assert rows_of(path) == BOTH


def test_json_lines_of_products_with_lists_of_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [
        {"name": f"Mug {number}", "variants": [{"sku": "a"}, {"sku": "b"}]} for number in (1, 2)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert rows_of(path) == rows


def test_the_place_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, {"products": [{"id": "9"}], "archive": {"old": BOTH}})
    assert rows_of(path, FormatOptions(records_at="archive.old")) == BOTH


LD = {"@context": "https://schema.org"}
PRODUCT = {"@type": "Product", "sku": "1", "name": "Mug", "brand": {"@type": "Brand", "name": "B"}}
GROUP = {"@type": ["ProductGroup"], "productGroupID": "2", "hasVariant": [PRODUCT]}
LINKED: list[object] = [
    {**LD, "@graph": [{"@type": "WebPage", "name": "Shop"}, PRODUCT, GROUP]},
    [{**LD, **PRODUCT}, {**LD, "@type": "BreadcrumbList", "itemListElement": []}, GROUP],
    {**LD, "@type": "ItemList", "itemListElement": [
        {"@type": "ListItem", "position": 1, "item": PRODUCT},
        {"@type": "ListItem", "position": 2, "url": "https://x.example", "item": GROUP}]},
    [{**LD, "@graph": [PRODUCT]}, {"@type": "https://schema.org/Organization"}, GROUP],
    {**LD, "@graph": [{"@type": "ItemPage", "mainEntity": PRODUCT}, GROUP]},
]  # fmt: skip


@pytest.mark.parametrize("made", LINKED)
@pytest.mark.parametrize("indent", [None, 1])
def test_json_ld(tmp_path: Path, made: object, indent: int | None) -> None:
    rows = rows_of(written(tmp_path, made, indent))
    assert [{key: row[key] for key in row if key != "@context"} for row in rows] == [PRODUCT, GROUP]


@pytest.mark.parametrize(
    "text",
    [
        '{"products": [{"id": "1"}, {"id": ',
        '{"products": [{"id": "1"}, {"id" "2"}]}',
        '[{"id": 1},',
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(CatalogError, match=r"a\.json: element 2 of the JSON .*JSON Lines"):
        rows_of(path)


def test_an_element_of_fifty_megabytes_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"id": "1"}, {"id": "2", "title": "' + "x" * 50_000_000 + '"}]')
    with pytest.raises(CatalogError, match=r"element 2 .*longer than 2,000,000 bytes"):
        rows_of(path)


def test_elements_that_are_no_objects(tmp_path: Path) -> None:
    made = records_of(written(tmp_path, {"products": [MUG, 5, None, CUP]}))
    assert [row.line for row in made if isinstance(row, RejectedLine)] == [2, 3]


def test_deep_nesting_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": ' * 50_000 + "1" + "}" * 50_000)
    with pytest.raises(CatalogError, match="broken"):
        rows_of(path)
