"""XML, piece by piece, through a parser that nothing can make large or lead elsewhere."""

import re
from collections.abc import Callable, Iterable, Iterator
from html.entities import html5
from xml.parsers import expat

from indexing.errors import CatalogError

MAX_DEPTH = 64
"""Of elements within elements."""

MAX_ELEMENTS = 100_000
"""Of one record, elements within elements included."""

_MAX_TOKEN = 8 << 20
"""Bytes of one tag, comment or attribute: the parser keeps a whole one in memory."""

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_BARE_OR_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>|" + _BARE.pattern + rb"(?:(\w{1,31});)?", re.S)
_CUT_OFF = [
    expat.errors.codes[why]
    for why in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
]
_LONGEST_REFERENCE = 40
_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"


Handlers = Callable[[expat.XMLParserType], None]


def fed(told: str, chunks: Iterable[bytes], handlers: Handlers) -> Iterator[None]:
    """Give the text to a parser with these handlers, piece by piece. Raises CatalogError."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = _no_declarations
    parser.EntityDeclHandler = _no_entities
    handlers(parser)
    given = 0
    try:
        for chunk in well_formed(chunks):
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - parser.CurrentByteIndex > _MAX_TOKEN:
                raise RefusedError(f"has a tag or comment of more than {_MAX_TOKEN:,} bytes")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        why = expat.errors.messages.get(error.code, str(error))
        if error.code in _CUT_OFF:
            why = "it is cut off"
        raise CatalogError(
            f"{told}: is no well-formed XML: {why} (line {error.lineno}, column "
            f"{error.offset + 1}). Export it again; `xmllint --noout FILE` shows all faults."
        ) from error
    except RefusedError as error:
        raise CatalogError(
            f"{told}: {error} (line {parser.CurrentLineNumber}). Export it without."
        ) from None


class RefusedError(Exception):
    """What is in the text that no feed needs."""


def _no_declarations(_: str, system: str | None, public: str | None, internal: int) -> None:
    """A DOCTYPE that names a file is passed over, and the file never opened."""
    if internal:
        raise RefusedError("declares a document type of its own (<!DOCTYPE … [ … ]>)")


def _no_entities(*_: object) -> None:
    raise RefusedError("declares entities")


def well_formed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Without control characters; names of HTML's entities, and `&` alone, as XML has them."""
    rest, within = b"", False
    for raw in chunks:
        chunk = rest + raw.translate(None, _CONTROLS)
        at = chunk.rfind(b"&", -_LONGEST_REFERENCE)
        opening = chunk.rfind(b"<", -len(_CDATA))
        cut = min((place for place in (at, opening) if place >= 0), default=len(chunk))
        closing = max(len(chunk.rstrip(b"]")), len(chunk) - 2)  # of an end that is cut, all of it
        cut = min(cut, closing)
        chunk, rest = chunk[:cut], chunk[cut:]
        within, chunk = _mended(chunk, within)
        yield chunk
    yield _mended(rest, within)[1]


def _mended(chunk: bytes, within: bool) -> tuple[bool, bytes]:
    """within: whether the chunk begins within a CDATA section; and whether the next one does."""
    start = b""
    if within:
        end = chunk.find(_CDATA_END)
        if end < 0:
            return True, chunk
        start, chunk = chunk[: end + 3], chunk[end + 3 :]
    last = chunk.rfind(_CDATA)
    open_end = b""
    if last >= 0 and chunk.find(_CDATA_END, last) < 0:
        chunk, open_end = chunk[:last], chunk[last:]
    if _BARE.search(chunk):
        chunk = _BARE_OR_CDATA.sub(_reference, chunk)
    return bool(open_end), start + chunk + open_end


def _reference(found: re.Match[bytes]) -> bytes:
    text = found.group()
    if text.startswith(b"<"):
        return text
    name = found.group(1)
    known = html5.get(name.decode("ascii", "replace") + ";") if name else None
    return known.encode() if known else b"&amp;" + text[1:]
