"""The real product sets, as a user would give them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from catalogs import NOW
from http_service import serving

from indexing.build import BuildOptions, build
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.reader import CatalogReader
from indexing.progress import Silent

COUNTS = {
    "bigbasket": 27_555,  # one with neither title nor description
    "chorus_icecat": 19_406,
    "esci_us_150": 6_764,
    "homedepot": 54_667,
    "openbg_zh": 997,
    "product1m_zh": 9_220,
    "retrotech": 46_156,
    "taobao_beauty": 3_497,
}


@pytest.mark.parametrize("name", COUNTS)
def test_every_line_is_read(shared_folder: Path, name: str) -> None:
    reader = CatalogReader([shared_folder / "data" / name / "products.jsonl.gz"], FieldMapping())
    rejected: list[RejectedLine] = []
    products = 0
    for line in reader:
        if isinstance(line, RejectedLine):
            rejected.append(line)
        else:
            products += 1
    assert products == COUNTS[name]
    assert reader.bytes_read == reader.bytes_total
    assert rejected == []


def test_a_folder_beside_its_queries(shared_folder: Path) -> None:
    reader = CatalogReader([shared_folder / "data" / "esci_us_150"], FieldMapping())
    assert [source.path.name for source in reader.sources] == ["products.jsonl.gz"]


Asked = dict[str, str | int | bool]
SERVED = {
    "bigbasket": "hair oil",
    "chorus_icecat": "toner cartridge black",
    "esci_us_150": "shoes for women",
}


@pytest.fixture(scope="module", params=SERVED)
def catalogue(
    request: pytest.FixtureRequest, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, httpx.Client]]:
    """Its name, and a service of it alone."""
    name: str = request.param
    data = tmp_path_factory.mktemp(name) / "var"
    lines = shared_folder / "data" / name / "products.jsonl.gz"
    report = build(BuildOptions([lines], data / "main", "test"), NOW, Silent())
    assert report.counts["products"] == COUNTS[name]
    with serving(data) as client:
        yield name, client


def test_it_is_searched_over_http(catalogue: tuple[str, httpx.Client]) -> None:
    name, http = catalogue
    facets = "brand,category,price,auto"
    asked: Asked = {"q": SERVED[name], "facets": facets, "page_size": 50, "explain": True}
    found = http.get("/v1/search", params=asked).json()
    assert found["total"] >= len(found["hits"]) == 50
    assert found["degraded"] == []
    assert found["facets"]["brand"]["values"]
    word = SERVED[name].split()[0].rstrip("s")
    first = " ".join(str(hit["product"].get("title", "")).lower() for hit in found["hits"][:10])
    assert word in first
    # A brand that is ticked: as many products as its facet counted, and no other brand.
    brand = found["facets"]["brand"]["values"][0]
    value = str(brand["value"]).replace("|", "\\|").replace(":", "\\:")
    ticked = http.get("/v1/search", params=asked | {"filter": f"brand:{value}"}).json()
    assert ticked["total"] == brand["count"]
    assert {hit["product"]["brand"].lower() for hit in ticked["hits"]} == {brand["value"].lower()}


def test_products_are_found_by_their_titles(catalogue: tuple[str, httpx.Client]) -> None:
    _, http = catalogue
    browsed = http.get("/v1/search", params={"page_size": 20, "fields": "id,title"}).json()
    assert len(browsed["hits"]) == 20
    for hit in browsed["hits"]:
        title = hit["product"]["title"][:300]
        asked: Asked = {"q": title, "fields": "id,title", "page_size": 100}
        found = http.get("/v1/search", params=asked).json()["hits"]
        assert hit["id"] in {each["id"] for each in found} or title in {
            each["product"]["title"][:300] for each in found
        }, title
        product = http.get(f"/v1/products/{quote(hit['id'], safe='')}").json()
        assert product["title"] == hit["product"]["title"]


def test_a_prefix_is_completed(catalogue: tuple[str, httpx.Client]) -> None:
    name, http = catalogue
    items = http.get("/v1/suggest", params={"q": SERVED[name][:4]}).json()["items"]
    assert items
    for item in items[:3]:
        assert http.get("/v1/search", params={"q": item["text"]}).json()["total"] > 0
