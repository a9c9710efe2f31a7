"""Parquet as records."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from indexing.catalogue.formats.archives import Content
from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import Record
from indexing.errors import CatalogError

PARQUET_MAGIC = b"PAR1"
_BATCH_ROWS = 1024


def parquet_records(
    content: Content, packed: bool, count: ByteCount
) -> Iterator[Record | RejectedLine]:
    """Rows, read by row groups; a file that is packed as a whole is unpacked beside them."""
    told = content.told
    try:
        with _seekable(content, packed, count) as file:
            opened = pq.ParquetFile(file)
            size = 0 if packed else content.bytes_on_disk
            before, done, total = count.read, 0, max(1, opened.metadata.num_rows)
            for batch in opened.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                yield from _rows(batch, told, done + 1)
                done += batch.num_rows
                count.read = before + size * done // total
    except (pa.ArrowException, OSError) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise CatalogError(f"{told}: cannot be read as Parquet: {why}. Export it again.") from error


@contextmanager
def _seekable(content: Content, packed: bool, count: ByteCount) -> Iterator[IO[bytes]]:
    if not packed:
        with content.path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as unpacked:
        for chunk in content.chunks(count):
            unpacked.write(chunk)
        unpacked.seek(0)
        yield unpacked


def _rows(batch: pa.RecordBatch, source: str, first: int) -> Iterator[Record | RejectedLine]:
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except (ValueError, OverflowError) as error:
        if batch.num_rows > 1:
            for place in range(batch.num_rows):
                yield from _rows(batch.slice(place, 1), source, first + place)
        else:
            reason = f"has a value that cannot be read: {error}"
            yield RejectedLine.of(source, first, None, reason, b"")
        return
    for place, row in enumerate(rows):
        yield Record(first + place, row)
