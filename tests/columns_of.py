"""Columns of a few products, for tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexing.catalogue.product import Product
from indexing.columns import Columns, ColumnsBuilder


def product(number: int, **fields: object) -> Product:
    return Product.model_validate({"id": f"p{number}", "title": f"product {number}", **fields})


def group_order(products: Sequence[Product]) -> np.ndarray:
    """Rows with the variants of a group together, at the place of its first."""
    first: dict[str, int] = {}
    for row, item in enumerate(products):
        if item.group_id:
            first.setdefault(item.group_id, row)
    return np.array(
        sorted(range(len(products)), key=lambda r: (first.get(products[r].group_id or "", r), r)),
        dtype=np.uint32,
    )


def columns_of(
    folder: Path, products: Sequence[Product], order: np.ndarray | None = None
) -> Columns:
    """Build in a new folder under `folder`; documents are the products in row order, or as told."""
    scratch, made = folder / "scratch", folder / "made"
    scratch.mkdir(parents=True)
    made.mkdir()
    builder = ColumnsBuilder(scratch)
    for item in products:
        builder.add(item)
    if order is None:
        order = np.arange(len(products), dtype=np.uint32)
    return builder.finish(made, order, np.arange(len(order), dtype=np.uint64))
