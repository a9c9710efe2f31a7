"""The texts of a product by the field that they are searched in."""

from collections.abc import Collection, Sequence

from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.product import Product
from indexing.postings.postings import Field


def unsearched_fields(config: IndexConfig) -> list[Field]:
    """Those that weigh nothing, so their texts are left out."""
    without = {name for name, weight in config.weights.items() if weight == 0}
    return [field for field in Field if field.name.lower() in without]


def searchable_texts(product: Product, without: Collection[Field]) -> list[Sequence[str]]:
    """The texts of each field, in `Field` order. without: fields that are left empty."""
    attributes = [
        text
        for value in product.attributes.values()
        for text in (value if isinstance(value, tuple) else (value,))
        if isinstance(text, str)
    ]
    texts: list[Sequence[str]] = [
        [product.title],
        [product.brand] if product.brand else [],
        list(dict.fromkeys(level for path in product.paths() for level in path)),
        attributes,
        [product.description] if product.description else [],
        [product.id, *product.identifiers],
    ]
    for field in without:
        texts[field] = ()
    return texts
