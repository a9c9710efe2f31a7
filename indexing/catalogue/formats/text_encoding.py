"""Text in any encoding → UTF-8, once the whole of it has told which one it is in."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from indexing.catalogue.formats.byte_streams import MAX_LINE, blocks_of
from indexing.catalogue.formats.legacy_encodings import GB18030, SHIFT_JIS, Guess, guess_encoding
from indexing.errors import CatalogError

UTF8 = "utf-8"

_MARKS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SAMPLE = 1 << 19
"""Bytes of lines that are not UTF-8 which are looked at."""

_MOSTLY, _HALF = 0.95, 0.5
_CONTINUATION = range(0x80, 0xC0)


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """name: of all lines, or UTF8, where those `repaired` ones that are not are `repaired_as`.

    returns: whether lines end with a carriage return alone. notes: what is uncertain.
    """

    name: str = UTF8
    repaired: int = 0
    repaired_as: str = ""
    returns: bool = False
    notes: tuple[str, ...] = ()


PLAIN = TextEncoding()


def encoding_named(name: str) -> str:
    """Python's name of an encoding that a user or a file names. Raises CatalogError."""
    try:
        known = codecs.lookup(name)
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise CatalogError(
            f"encoding {name!r} is not known. Use one such as utf-8, utf-16, cp1252, cp1250, "
            "gb18030 or shift_jis."
        ) from None
    return UTF8 if known.name in {UTF8, "utf-8-sig"} else known.name


def survey(
    chunks: Iterable[bytes], languages: Sequence[str] = (), named: str | None = None
) -> TextEncoding:
    """What a text is in, told by its mark, or by all of its bytes.

    Strict UTF-8 first. Lines that are not are taken for one of a few older encodings: alone,
    where the others are UTF-8, else all of them. named: what the text itself says it is, used
    where it is not UTF-8. languages: expected ones. In O(bytes), constant memory.
    """
    pieces = iter(chunks)
    first = next(pieces, b"")
    mark = next((mark for mark in _MARKS if first.startswith(mark)), b"")
    if mark and _MARKS[mark] != UTF8:
        return TextEncoding(_MARKS[mark])
    returns = b"\r" in first and b"\n" not in first
    good, bad, sample = _counted(chain((first[len(mark) :],), pieces))
    if not bad:
        return TextEncoding(returns=returns)
    guess = Guess(named) if named and named != UTF8 else guess_encoding(sample, languages)
    share = good / (good + bad)
    alone = share >= _HALF if guess.encoding in {GB18030, SHIFT_JIS} else good > 0
    notes = _doubts(guess, sample) if guess.others else ()
    if not alone:
        return TextEncoding(guess.encoding, returns=returns, notes=notes)
    if share < _MOSTLY:
        notes = (
            f"its lines are in two encodings: {good:,} beyond ASCII are UTF-8, {bad:,} are read as "
            f"{guess.encoding}. --encoding reads all in one.",
            *notes,
        )
    return TextEncoding(UTF8, bad, guess.encoding, returns, notes)


def utf8_chunks(chunks: Iterable[bytes], encoding: TextEncoding) -> Iterator[bytes]:
    """The text as UTF-8 without a mark, lines ended by line feeds; what cannot be decoded becomes
    U+FFFD.
    """
    if encoding.returns:
        chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
    if encoding.repaired:
        return _without_mark(_repaired(blocks_of(chunks), encoding.repaired_as))
    if encoding.name == UTF8:
        return _without_mark(chunks)
    decoded = codecs.iterdecode(chunks, encoding.name, "replace")
    return (text.encode(UTF8, "replace") for text in decoded if text)


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    pieces = iter(chunks)
    yield next(pieces, b"").removeprefix(codecs.BOM_UTF8)
    yield from pieces


def _repaired(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    for block in blocks:
        if block.isascii() or _is_utf8(block):
            yield block
        else:
            yield b"".join(
                line if _is_utf8(line) else line.decode(encoding, "replace").encode(UTF8)
                for line in block.splitlines(keepends=True)
            )


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _counted(chunks: Iterable[bytes]) -> tuple[int, int, list[bytes]]:
    """Lines beyond ASCII that are UTF-8, those that are not, and some of the latter."""
    good = bad = sampled = 0
    sample: list[bytes] = []
    for piece in _whole_lines(chunks):
        if piece.isascii():
            continue
        lines = [line for line in piece.split(b"\n") if not line.isascii()]
        if _is_utf8(piece):
            good += len(lines)
            continue
        for line in lines:
            if _is_utf8(line):
                good += 1
            else:
                bad += 1
                if sampled < _SAMPLE:
                    sample.append(line[:_SAMPLE])
                    sampled += len(line)
    return good, bad, sample


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces that end with a line, or, within one that is very long, between two characters."""
    begun = b""
    for chunk in chunks:
        begun += chunk
        end = begun.rfind(b"\n") + 1
        if not end and len(begun) > MAX_LINE:
            end = len(begun)
            while end > len(begun) - 4 and begun[end - 1] in _CONTINUATION:
                end -= 1
            end -= begun[end - 1] >= 0x80
        if end:
            yield begun[:end]
            begun = begun[end:]
    if begun:
        yield begun


def _doubts(guess: Guess, sample: Sequence[bytes]) -> tuple[str, ...]:
    """The same words as each encoding has them."""
    line = max(sample[:100], key=lambda line: sum(byte > 0x7F for byte in line))
    at = next(place for place, byte in enumerate(line) if byte > 0x7F)
    part = line[max(0, at - 12) : at + 20].strip()
    told = "; ".join(
        f"{name}: {part.decode(name, 'replace')!r}" for name in (guess.encoding, *guess.others)
    )
    return (
        f"its encoding is uncertain, it is read as {guess.encoding}. If that is wrong, name it "
        f"with --encoding ({told}).",
    )
