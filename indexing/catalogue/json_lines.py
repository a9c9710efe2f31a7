"""JSON Lines, and JSON arrays, as records."""

import codecs
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import orjson

from indexing.catalogue.byte_streams import MAX_LINE
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import TOO_LONG, Record
from indexing.errors import CatalogError


def json_records(source: str, lines: Iterable[bytes]) -> Iterator[Record | RejectedLine]:
    """One object a line; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            yield RejectedLine.of(source, number, None, TOO_LONG, line)
            continue
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            if not line.strip():
                continue
            fields = _with_not_a_number(line)
            if fields is None:
                yield RejectedLine.of(source, number, None, _reason(line, error), line)
                continue
        if type(fields) is dict:
            yield Record(number, fields, line)
        else:
            yield RejectedLine.of(source, number, None, "must be a JSON object", line)


def _with_not_a_number(line: bytes) -> object | None:
    """A line that is JSON but for NaN or Infinity, so that the reason can name the field."""
    if b"NaN" not in line and b"Infinity" not in line:
        return None
    try:
        made: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return made


def _reason(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"is not valid UTF-8 (byte {wrong.start + 1})"
    return f"is not valid JSON: {error.msg} (character {error.pos + 1})"


def _check_end(path: Path, pieces: Iterable[str]) -> None:
    """Read to the end, where a compressed file says whether it is whole."""
    if any(piece.strip() for piece in pieces):
        raise CatalogError(
            f"{path}: there is more behind the end of its JSON array. Put all products into one "
            "array, or export JSON Lines: one object a line."
        )


def array_records(
    path: Path, source: str, chunks: Iterable[bytes]
) -> Iterator[Record | RejectedLine]:
    """The elements of one JSON array, read piece by piece; `line` counts the elements.

    Raises CatalogError where the array is broken: the elements after that cannot be told apart.
    """
    pieces = codecs.iterdecode(chunks, "utf-8-sig", "surrogateescape")
    decode = json.JSONDecoder().raw_decode
    text, place, number = next(pieces, "").lstrip()[1:], 0, 0
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        if text[place : place + 1] == "]":
            _check_end(path, chain((text[place + 1 :],), pieces))
            return
        try:
            element, end = decode(text, place)
            complete = end < len(text) or isinstance(element, dict)  # a number may go on
        except (ValueError, RecursionError):
            complete = False
        if not complete:
            more = next(pieces, None) if len(text) - place <= MAX_LINE else None
            if more is None:
                raise CatalogError(
                    f"{path}: element {number + 1} of the JSON array is cut off, broken, or "
                    f"{TOO_LONG[3:]}. Repair it, or export JSON Lines: one object a line."
                )
            text, place = text[place:] + more, 0
            continue
        number += 1
        line = text[place:end].encode("utf-8", "surrogateescape")
        if isinstance(element, dict):
            yield Record(number, element, line)
        else:
            yield RejectedLine.of(source, number, None, "must be a JSON object", line)
        place = end
