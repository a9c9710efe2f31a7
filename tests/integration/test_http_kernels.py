"""After its warm-up a generation compiles nothing more: no request waits for a compiler."""

from pathlib import Path

from http_service import serving
from kernel_signatures import signatures

from indexing.demo.shop import DemoShop

FACETS = "brand,category,price,rating,created_at,attributes.colour,auto"
FILTERS = [
    "price:10..50", "-attributes.colour:Black", "brand:*", "rating:4..", "created_at:2024-01-01..",
    "-category:Shoes", "price:..20",
]  # fmt: skip
SORTS = ["price:asc", "rating:desc", "newest", "popularity:desc"]


def test_no_new_signatures_in_requests_of_every_kind(demo_data: Path, demo_shop: DemoShop) -> None:
    queries = demo_shop.queries.read_text("utf-8").splitlines()
    texts = [line.partition("\t")[0] for line in queries[:: max(1, len(queries) // 60)]]
    texts += ["手机 红色", "AB-12", "zzzz", "the of", "", "under 20", "shose", "500ml", "x" * 300]
    with serving(demo_data, cache_memory_bytes=0) as http:
        before = signatures()
        assert len(before) > 20
        for n, text in enumerate(texts):
            parameters = {"q": text, "page": 1 + n % 3, "page_size": 5 + n % 50}
            parameters |= {"facets": FACETS, "explain": n % 4 == 0}
            if n % 3 == 1:
                parameters["filter"] = FILTERS[n % len(FILTERS)]
            if n % 5 == 4:
                parameters["sort"] = SORTS[n % len(SORTS)]
            answer = http.get("/v1/search", params=parameters)
            assert answer.status_code in {200, 422}, answer.text
            http.get("/v1/suggest", params={"q": text[: 1 + n % 9], "limit": 1 + n % 20})
            for hit in answer.json().get("hits", [])[:1]:
                path = f"/v1/products/{hit['id']}/similar"
                assert http.get(path, params={"limit": 1 + n % 30}).status_code == 200
            http.get("/v1/search", params={"q": text, "index": "small"})
        vector = [0.5] * 256
        assert http.post("/v1/search", json={"query": "", "vector": vector}).status_code == 200
        assert sorted(signatures() - before) == []
