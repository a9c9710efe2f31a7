"""A row of a source before it is a product."""

from typing import Any, NamedTuple

from indexing.catalogue.formats.byte_streams import MAX_LINE

TOO_LONG = f"is longer than {MAX_LINE:,} bytes"


class Record(NamedTuple):
    """One row, under the source's own names.

    line: 1-based; of JSON arrays, XML, workbooks and Parquet, the element or row.
    fields: in the source's order. Nested JSON stays nested; XML has no namespaces, and elements
    that repeat are one list. text: None where the row is best told as JSON of fields.
    """

    line: int
    fields: dict[str, Any]
    text: bytes | None = None
