"""Bytes → what they are: told by the content, and only where that says nothing by the name."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import orjson

from indexing.catalogue.formats.archives import ZIP_EMPTY, ZIP_MAGIC, Content
from indexing.catalogue.formats.byte_streams import ByteCount, blocks_of, compression_of
from indexing.catalogue.formats.dialects import COMMAS, SAMPLE_BYTES, Dialect, sniff
from indexing.catalogue.formats.json_documents import find_records
from indexing.catalogue.formats.json_text import BrokenJsonError
from indexing.catalogue.formats.json_wrappings import is_wrapped
from indexing.catalogue.formats.parquet import PARQUET_MAGIC
from indexing.catalogue.formats.text_encoding import (
    PLAIN,
    TextEncoding,
    encoding_named,
    survey,
    utf8_chunks,
)
from indexing.catalogue.formats.xml_survey import find_element
from indexing.catalogue.source_format import Kind, SourceFormat
from indexing.errors import CatalogError

_NAMED: dict[str, Kind] = {
    ".jsonl": "json lines", ".ndjson": "json lines", ".json": "json", ".parquet": "parquet",
    ".pq": "parquet", ".xml": "xml", ".rss": "xml", ".atom": "xml",
}  # fmt: skip
_TABS = (".tsv", ".tab")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_TRIED = 20
_NULS = 0.1
"""Share of NUL bytes that no text has; a few are slips of an export."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"Rar!": "a RAR archive; pack it as zip", b"7z\xbc\xaf": "a 7z archive; pack it as zip",
    b"BZh": "packed with bzip2; pack it as gz or zst", b"\xfd7zXZ": "packed with xz; pack it as gz "
    "or zst", b"SQLite": "a database",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """What the bytes do not say, or say wrongly.

    encoding: of all text. records_at: where the products are: a JSON key (`data.products`), an XML
    element (`catalog/product`), a sheet. languages: of the index, for encodings that look alike.
    """

    encoding: str | None = None
    records_at: str | None = None
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """format: told to people. The others: what its reader needs, besides."""

    format: SourceFormat
    encoding: TextEncoding = PLAIN
    dialect: Dialect = COMMAS
    path: tuple[str, ...] = ()
    wrapped: bool = False


def starts_with(content: Content) -> bytes:
    """The first bytes, decompressed."""
    chunks = content.chunks(ByteCount())
    start = b""
    while len(start) < SAMPLE_BYTES and (chunk := next(chunks, b"")):
        start += chunk
    return start


def is_archive(start: bytes) -> bool:
    return start.startswith((ZIP_MAGIC, ZIP_EMPTY, OLD_OFFICE))


def packed_as(content: Content) -> str:
    """The file's own compression; of an archive's members `zip`."""
    if content.member:
        return "zip"
    with content.path.open("rb") as file:
        return compression_of(file.read(8))


def recognise(content: Content, start: bytes, options: FormatOptions) -> Recognised:
    """What a source is that is no archive. start: of `starts_with`. Raises CatalogError.

    Reads all of a text once, since what is not UTF-8 may stand at its end.
    """
    suffixes = [suffix.lower() for suffix in PurePath(content.told).suffixes]
    named = next((_NAMED[suffix] for suffix in reversed(suffixes) if suffix in _NAMED), None)
    packed = packed_as(content)
    if start.startswith(PARQUET_MAGIC):
        return Recognised(SourceFormat(content.told, "parquet", packed))
    other = next((told for magic, told in _OTHERS.items() if start.startswith(magic)), None)
    if other is not None:
        raise CatalogError(f"{content.told}: is no catalogue but {other}.")
    binary = start.count(0) > _NULS * len(start)
    if binary and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        if named == "parquet":
            return Recognised(SourceFormat(content.told, "parquet", packed))
        if options.encoding is None:
            raise CatalogError(
                f"{content.told}: is no text, and no format that is read here. Export CSV, JSON "
                "Lines, XML, Parquet or a workbook; UTF-16 needs a byte order mark, or --encoding."
            )
    text = _Text(content, _encoding(content, start, options))
    return _recognised_text(text, named, packed, any(s in _TABS for s in suffixes), options)


@dataclass(frozen=True, slots=True)
class _Text:
    content: Content
    encoding: TextEncoding

    def chunks(self) -> Iterator[bytes]:
        return utf8_chunks(self.content.chunks(ByteCount()), self.encoding)

    def sample(self) -> bytes:
        """Whole lines from the beginning, a header and a row at least if there are any."""
        made = b""
        for block in blocks_of(self.chunks()):
            made += block
            if len(made) >= SAMPLE_BYTES and made.count(b"\n") > 1:
                break
        return made


def _encoding(content: Content, start: bytes, options: FormatOptions) -> TextEncoding:
    if options.encoding is not None:
        return TextEncoding(encoding_named(options.encoding))
    declared = _DECLARED.match(start.lstrip())
    named = None
    if declared is not None:
        try:
            named = encoding_named(declared.group(1).decode())
        except CatalogError:
            named = None  # it names none that is known: the bytes tell
    return survey(content.chunks(ByteCount()), options.languages, named)


def _recognised_text(
    text: _Text, named: Kind | None, packed: str, tabs: bool, options: FormatOptions
) -> Recognised:
    told, encoding = text.content.told, text.encoding
    sample = text.sample()
    start = sample.lstrip()
    kind: Kind = "csv"
    dialect, wrapped, notes = COMMAS, False, list(encoding.notes)
    path: tuple[str, ...] = ()
    if start.startswith(b"<"):
        kind = "xml"
        if _HTML.match(start):
            raise CatalogError(
                f"{told}: is a web page, no feed. Was it saved from a page that asks to log in?"
            )
        path = find_element(told, text.chunks(), options.records_at)
    elif start.startswith((b"{", b"[")) or (not start and named in ("json", "json lines")):
        kind, path, wrapped = _recognised_json(text, sample, options)
    else:
        try:
            dialect = sniff(sample.decode("utf-8", "replace"), tabs)
        except csv.Error as error:
            raise CatalogError(f"{told}: its first line is no header: {error}.") from error
        if len(dialect.columns) < 2 and named == "json lines":
            kind, dialect = named, COMMAS  # whose first line is broken
        notes += dialect.notes
    if named is not None and kind != named and {kind, named} != {"json", "json lines"} and start:
        notes.append(f"its name says {named}, but its content is {kind}.")
    return Recognised(
        SourceFormat(
            source=told,
            kind=kind,
            compression=packed,
            encoding=encoding.name,
            separator=dialect.separator if kind == "csv" else "",
            records_at=("/" if kind == "xml" else ".").join(path),
            columns=tuple(filter(None, dialect.columns)),
            repaired=encoding.repaired,
            repaired_as=encoding.repaired_as,
            notes=tuple(notes),
        ),
        encoding,
        dialect,
        path,
        wrapped,
    )


def _recognised_json(
    text: _Text, sample: bytes, options: FormatOptions
) -> tuple[Kind, tuple[str, ...], bool]:
    """Its kind, the path of its products, and whether they are wrapped."""
    if options.records_at is not None:
        return "json", tuple(filter(None, options.records_at.split("."))), True
    lines = [line for line in sample.split(b"\n", _TRIED)[:_TRIED] if line.strip()]
    objects = [made for made in map(_parsed, lines) if isinstance(made, dict)]
    # A broken first line among whole ones is a bad line of JSON Lines.
    one_a_line = not lines or isinstance(_parsed(lines[0]), dict) or 2 * len(objects) > len(lines)
    path: tuple[str, ...] = ()
    try:
        if not one_a_line or len(lines) == 1:
            path = find_records(text.chunks())
        elif lines and lines[0].startswith(b"{"):
            path = find_records((lines[0],), only_sure=True)
    except BrokenJsonError:
        path = ()  # reading it tells where it is broken
    if one_a_line and not path:
        return "json lines", (), any(map(is_wrapped, objects))
    return "json", path, True


def _parsed(line: bytes) -> object:
    try:
        made: object = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return made
