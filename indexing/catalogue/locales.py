"""Which languages a catalogue has its texts in: `name_de` and `name_en`, or `{"de": …}`."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.records import Record
from indexing.catalogue.source_reading import SAMPLE_ROWS
from indexing.catalogue.sources import Given, find_sources
from indexing.catalogue.values.localized import locales_in


def catalog_locales(
    paths: Sequence[Path | Given], formats: FormatOptions | None = None
) -> tuple[str, ...]:
    """In order of appearance, as the catalogue writes them with `_` (`de`, `de_AT`); from the
    beginning of each source. Empty where the texts are in one language. Raises CatalogError.
    """
    sources, _ = find_sources(paths, bool, formats)
    found: dict[str, None] = {}
    for source in sources:
        rows = islice(source.rows(ByteCount()), SAMPLE_ROWS)
        found |= dict.fromkeys(
            locales_in([record.fields for record in rows if isinstance(record, Record)])
        )
    return tuple(found)
