"""Random changes: 200 with the documented shape, or a problem below 500."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from catalogs import build_index
from http_service import serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.api.schemas import ChangedAnswer, ChangesAnswer, Problem
from app.changes.sqlite_change_log import SqliteChangeLog
from indexing.catalogue.product import PRODUCT_FIELDS
from indexing.catalogue.product_line import line_of, patched, product_of

fuzz = settings(
    max_examples=80,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.one_of(
    st.sampled_from([*PRODUCT_FIELDS, "version", "name", "sku", "sale_price", "variants", "colour",
                     "availability", "published", "options", "handle", "product_type", "x.y"]),
    st.text(max_size=8),
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", " ", "9,99 €", "12 USD", "A > B", "in stock", "2024-05-31", "red", "1e400",
                     "https://a/b.jpg", "<b>x</b>", "NaN", "\x00", "鞋"]),
    st.text(max_size=8).filter(lambda text: text.isprintable()),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=5)
PRODUCTS = st.builds(
    lambda fields, right: fields | ({"id": "l1", "title": "Lamp"} if right else {}),
    FIELDS,
    st.booleans(),
)
CHANGES = st.one_of(
    VALUES,
    st.fixed_dictionaries({"op": st.just("put"), "product": PRODUCTS}),
    st.fixed_dictionaries({"op": st.just("patch"), "id": st.just("l1"), "patch": FIELDS}),
    st.fixed_dictionaries({"op": st.just("delete"), "id": st.sampled_from(["l1", "nope"])}),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    folder = tmp_path_factory.mktemp("fuzz") / "var"
    build_index(folder / "main", [{"id": "l1", "title": "Lamp", "price": 3, "currency": "EUR"}])
    with serving(folder, warm=False) as http:
        yield http, folder


def checked(answer: httpx.Response, shape: Any) -> None:
    assert answer.status_code < 500, answer.text
    TypeAdapter(shape if answer.status_code == 200 else Problem).validate_json(answer.content)


def sent(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate
        return b"{}"


@fuzz
@given(fields=FIELDS)
def test_patches(shop: tuple[httpx.Client, Path], fields: dict[str, Any]) -> None:
    checked(shop[0].patch("/v1/products/l1", content=sent(fields)), ChangedAnswer)


@fuzz
@given(products=st.lists(st.one_of(PRODUCTS, VALUES), max_size=4))
def test_puts(shop: tuple[httpx.Client, Path], products: list[Any]) -> None:
    checked(shop[0].put("/v1/products", content=sent({"products": products})), ChangesAnswer)


@fuzz
@given(changes=st.lists(CHANGES, max_size=4))
def test_batches(shop: tuple[httpx.Client, Path], changes: list[Any]) -> None:
    checked(shop[0].post("/v1/products/batch", content=sent({"changes": changes})), ChangesAnswer)


def test_whatever_was_taken_makes_products(shop: tuple[httpx.Client, Path]) -> None:
    """After the others: all that is in the log can be applied, in any order."""
    log = SqliteChangeLog(shop[1], 1 << 30, "os", lambda: 0)
    changes = log.read("main", 0, 100_000)
    log.close()
    products = [product_of(each.body or b"", "EUR") for each in changes if each.op == "put"]
    patches = [each.body or b"" for each in changes if each.op == "patch"]
    assert len(products) > 20
    assert len(patches) > 20
    for number, patch in enumerate(patches):
        product = products[number % len(products)]
        made = patched(product, patch, "EUR")
        assert product_of(line_of(made), "EUR") == made
