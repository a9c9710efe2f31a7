"""Catalogue files → products and rejected lines, one after the other, in constant memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

from indexing.catalogue.byte_streams import COMPRESSED, ByteCount, chunks_of, lines_of
from indexing.catalogue.json_lines import Record, array_records, json_records
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, ProductError, RejectedLine, parse_product
from indexing.catalogue.tabular import csv_records, parquet_records, typed
from indexing.errors import CatalogError

JSON_LINES = (".jsonl", ".ndjson")
JSON = (".json",)
TABLES = (".csv", ".tsv", ".tab")
PARQUET = (".parquet", ".pq")
FORMATS = (*JSON_LINES, *JSON, *TABLES, *PARQUET)
MAX_REJECTS_WRITTEN = 100_000
_REASONS_TOLD = 3
_REASONS_COUNTED = 1_000
_RECORDS_TRIED = 20


class CatalogReader:
    """An iterable over all files; how far it is can be asked at any time.

    Lines come file by file in order of name. What a file held before it broke has been given
    out when CatalogError is raised, so the caller must publish nothing then.
    """

    def __init__(
        self, paths: Sequence[Path], mapping: FieldMapping, currency: str | None = None
    ) -> None:
        """currency: the index's own, see `parse_product`. Raises CatalogError.

        passed_over: files in folders that are no catalogue by their lines; worth telling.
        """
        self.mapping = mapping
        self.currency = currency
        self.files, self.passed_over = find_files(paths, mapping)
        self.bytes_total = sum(path.stat().st_size for path in self.files)
        self._count = ByteCount()

    @property
    def bytes_read(self) -> int:
        """Bytes on disk, so compressed ones where files are compressed; at most bytes_total."""
        return self._count.read

    def __iter__(self) -> Iterator[Product | RejectedLine]:
        self._count.read = 0
        for path in self.files:
            yield from self._products(path)

    def _products(self, path: Path) -> Iterator[Product | RejectedLine]:
        source, apply = str(path), self.mapping.apply
        untyped = format_of(path) in TABLES
        for record in _records(path, self._count):
            if isinstance(record, RejectedLine):
                yield record
                continue
            fields = apply(record.fields)
            if untyped:
                fields = typed(fields)
            try:
                product = parse_product(fields, self.currency)
            except ProductError as error:
                yield _rejected(source, record, error)
            else:
                yield product


def read_catalog(
    paths: Sequence[Path], mapping: FieldMapping | None = None
) -> Iterator[Product | RejectedLine]:
    """All lines of the files and folders. Raises CatalogError, also half-way."""
    return iter(CatalogReader(paths, mapping or FieldMapping()))


def format_of(path: Path) -> str | None:
    """The extension that tells the format, without that of the compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in FORMATS else None


def find_files(
    paths: Sequence[Path], mapping: FieldMapping
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Catalogue files named, and those within folders named, in order, each once; and the
    files within folders that were passed over although their format is a catalogue's.

    A file that is named must be readable. In a folder, hidden names (`.`, `_`) and other
    formats are left aside, and files whose lines have no id, such as a query log, passed over.
    """
    found: dict[Path, Path] = {}
    passed_over: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside: list[Path] = []
            for file in _candidates(path):
                (inside if _has_ids(file, mapping) else passed_over).append(file)
            if not inside:
                raise CatalogError(
                    f"{path}: holds no catalogue file ({_supported()}) whose lines have an id. "
                    "Map the id's name with --map id=NAME, or name the file itself."
                )
        elif not path.exists():
            raise CatalogError(f"{path}: does not exist.")
        elif format_of(path) is None:
            raise CatalogError(
                f"{path}: its name does not tell a catalogue format. Use {_supported()}."
            )
        else:
            inside = [path]
        for file in inside:
            found.setdefault(file.resolve(), file)
    return tuple(found.values()), tuple(passed_over)


def _supported() -> str:
    return f"{', '.join(FORMATS)}, each plain or with {' or '.join(COMPRESSED[:2])}"


def _candidates(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and format_of(file) is not None:
            yield file


def _has_ids(file: Path, mapping: FieldMapping) -> bool:
    """Whether one of the first records has an id; also true of files that cannot be told yet:
    empty, damaged, or full of bad lines. Reading them tells.
    """
    trial = FieldMapping(mapping.explicit)  # does not count as use
    seen = 0
    try:
        for record in islice(_records(file, ByteCount()), _RECORDS_TRIED):
            if isinstance(record, Record):
                seen += 1
                if "id" in trial.apply(record.fields):
                    return True
    except CatalogError:
        return True
    return seen == 0


def _records(path: Path, count: ByteCount) -> Iterator[Record | RejectedLine]:
    kind, source = format_of(path), str(path)
    if kind in PARQUET:
        return parquet_records(path, source, count)
    chunks = chunks_of(path, count)
    if kind in TABLES:
        return csv_records(path, source, lines_of(path, chunks))
    if kind in JSON:
        first = next(chunks, b"")
        chunks = chain((first,), chunks)
        if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            return array_records(path, source, chunks)
    return json_records(source, lines_of(path, chunks))


def _rejected(source: str, record: Record, error: ProductError) -> RejectedLine:
    text = record.text
    if text is None:
        text = orjson.dumps(record.fields, default=str, option=orjson.OPT_NON_STR_KEYS)
    return RejectedLine.of(source, record.line, error.field, error.reason, text)


class RejectsFile:
    """rejects.jsonl: {"source", "line", "field", "reason", "text"} a line.

    Written from the first rejected line on; a file of an earlier build is taken away at once.
    The first MAX_REJECTS_WRITTEN are written, all are counted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._reasons: Counter[str] = Counter()
        self._file: IO[bytes] | None = None
        path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, line: RejectedLine) -> None:
        self.count += 1
        reason = line.reason if line.field is None else f"{line.field}: {line.reason}"
        if reason in self._reasons or len(self._reasons) < _REASONS_COUNTED:
            self._reasons[reason] += 1
        if self.count > MAX_REJECTS_WRITTEN:
            return
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def check_ratio(self, max_ratio: float, accepted: int) -> None:
        """Raise CatalogError if nothing was accepted, or too large a share was rejected."""
        total = accepted + self.count
        if total == 0:
            raise CatalogError("the catalogue is empty: its files hold not one line.")
        if accepted and self.count <= max_ratio * total:
            return
        common = "; ".join(
            f"{reason} ({times:,})" for reason, times in self._reasons.most_common(_REASONS_TOLD)
        )
        if self._file is not None:
            self._file.flush()
        raise CatalogError(
            f"{self.count:,} of {total:,} lines were rejected ({self.count / total:.1%}, "
            f"allowed are {max_ratio:.1%}); nothing is published. Most often: {common}. "
            f"All are in {self.path}. Repair them, map field names with --map, or allow more "
            "with --max-reject-ratio."
        )
