"""Catalogues read from end to end."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, RejectedLine
from indexing.catalogue.reader import CatalogReader


def read_catalog(
    paths: Sequence[Path], mapping: FieldMapping | None = None
) -> Iterator[Product | RejectedLine]:
    """All lines of the files and folders."""
    return iter(CatalogReader(paths, mapping or FieldMapping()))
