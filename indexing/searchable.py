"""The texts of a product by the field that they are searched in."""

from collections.abc import Sequence

from indexing.catalogue.product import Product


def searchable_texts(product: Product) -> list[Sequence[str]]:
    """The texts of each field, in `Field` order."""
    attributes = [
        text
        for value in product.attributes.values()
        for text in (value if isinstance(value, tuple) else (value,))
        if isinstance(text, str)
    ]
    return [
        [product.title],
        [product.brand] if product.brand else [],
        list(dict.fromkeys(level for path in product.paths() for level in path)),
        attributes,
        [product.description] if product.description else [],
        [product.id, *product.identifiers],
    ]
