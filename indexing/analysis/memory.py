"""What pieces of text became, remembered for when they come again; bounded in number and size."""

from typing import TypeVar

MOST_CHUNKS, MOST_TEXTS = 500_000, 200_000
_LONGEST_WORD, _LONGEST_RUN, _LONGEST_TEXT = 32, 8, 64

Made = TypeVar("Made")


def remember_chunk(known: dict[str, Made], chunk: str, made: Made) -> None:
    """Long chunks, and runs of CJK, hardly ever come again and are not worth their room."""
    if len(chunk) <= (_LONGEST_WORD if chunk.isascii() else _LONGEST_RUN):
        _remember(known, chunk, made, MOST_CHUNKS)


def remember_text(known: dict[str, Made], text: str, made: Made) -> None:
    """A brand, a category, a value of an attribute: whole, if it is short."""
    if len(text) <= _LONGEST_TEXT:
        _remember(known, text, made, MOST_TEXTS)


def _remember(known: dict[str, Made], key: str, made: Made, most: int) -> None:
    if len(known) >= most:
        known.clear()
    known[key] = made
