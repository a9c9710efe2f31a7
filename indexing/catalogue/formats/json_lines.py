"""JSON Lines as records."""

import json
from collections.abc import Iterable, Iterator

import orjson

from indexing.catalogue.formats.byte_streams import MAX_LINE
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import TOO_LONG, Record


def json_records(told: str, blocks: Iterable[bytes]) -> Iterator[Record | RejectedLine]:
    """One object a line; blank lines are passed over. blocks: UTF-8, whole lines."""
    number, loads = 0, orjson.loads
    for block in blocks:
        if block.isspace():
            number += block.count(b"\n")
            continue
        for line in block.removesuffix(b"\n").split(b"\n"):
            number += 1
            if (
                not line or line.isspace()
            ):  # first: to learn it from the parser takes 50 times as long
                continue
            if len(line) > MAX_LINE:
                yield RejectedLine.of(told, number, None, TOO_LONG, line)
                continue
            try:
                fields = loads(line)
            except orjson.JSONDecodeError as error:
                fields = _with_not_a_number(line)
                if fields is None:
                    yield RejectedLine.of(told, number, None, _reason(error), line)
                    continue
            if type(fields) is dict:
                yield Record(number, fields, line)
            else:
                yield RejectedLine.of(told, number, None, "must be a JSON object", line)


def _with_not_a_number(line: bytes) -> object | None:
    """A line that is JSON but for NaN or Infinity, so that the reason can name the field.

    Not one with half of a surrogate pair: that is no text, here as in other lines.
    """
    if b"NaN" not in line and b"Infinity" not in line:
        return None
    try:
        made: object = json.loads(line)
        if b"\\ud" in line.lower():
            json.dumps(made, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        return None
    return made


def _reason(error: orjson.JSONDecodeError) -> str:
    return f"is not valid JSON: {error.msg} (character {error.pos + 1})"
