"""JSON of any length, read piece by piece: where its values are, and those that fit in memory."""

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

from indexing.catalogue.formats.byte_streams import MAX_LINE

_SPACE = " \t\r\n\ufeff"
_decode = json.JSONDecoder().raw_decode


class BrokenJsonError(ValueError):
    """What is wrong, and where; what stands behind it cannot be told apart."""


class JsonText:
    """A place in a text of JSON, which moves forward. Keeps about one value in memory."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """chunks: UTF-8."""
        self._pieces = codecs.iterdecode(chunks, "utf-8", "replace")
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """The next sign that is no white space; "" at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Go past it. Raises BrokenJsonError where something else stands."""
        found = self.peek()
        if found != sign:
            raise BrokenJsonError(f"has {found or 'its end'!r} where {sign!r} should be")
        self._at += 1

    def value(self) -> tuple[Any, str]:
        """The value here, and its text. Raises BrokenJsonError, also for one above MAX_LINE."""
        self.peek()
        while True:
            try:
                made, end = _decode(self._text, self._at)
                complete = end < len(self._text) or isinstance(made, dict | list | str)
                why = ""
            except (ValueError, RecursionError) as error:
                made, end, complete, why = None, 0, False, str(error)
            if complete:
                text, self._at = self._text[self._at : end], end
                return made, text
            if len(self._text) - self._at > MAX_LINE:
                raise BrokenJsonError(f"is broken or longer than {MAX_LINE:,} bytes")
            if not self._more():
                if not why and end:  # a number at the very end
                    text, self._at = self._text[self._at : end], end
                    return made, text
                raise BrokenJsonError("is cut off or broken")

    def skip(self, depth: int = 3) -> None:
        """Go past the value here, however long a list or object it is."""
        opening = self.peek()
        if depth and opening == "[":
            for _ in self.elements():
                self.skip(depth - 1)
        elif depth and opening == "{":
            for _ in self.keys():
                self.skip(depth - 1)
        else:
            self.value()

    def elements(self) -> Iterator[int]:
        """Go through the list here: stands at each element in turn, which must then be read."""
        return (at for at, _ in self._members("[", "]"))

    def keys(self) -> Iterator[str]:
        """Go through the object here: stands at the value of each key, which must be read."""
        return (key for _, key in self._members("{", "}"))

    def _members(self, opening: str, closing: str) -> Iterator[tuple[int, str]]:
        self.take(opening)
        at = 0
        while True:
            sign = self.peek()
            if sign == closing:
                self._at += 1
                return
            if at:
                self.take(",")
                sign = self.peek()
                if sign == closing:  # a comma behind the last one does no harm
                    continue
            key = ""
            if opening == "{":
                key, _ = self.value()
                if not isinstance(key, str):
                    raise BrokenJsonError("has a key that is no text")
                self.take(":")
            at += 1
            yield at, key

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True
