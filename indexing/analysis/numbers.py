"""Numbers as they are written: decimal and thousands marks, and sizes such as 30 x 40."""

import re
from typing import Final, NamedTuple

_COMMA: Final = (
    "de fr es it pt nl sv da no fi ro hu tr ru pl cs sk el ca et lt lv sr hr bs sl bg uk mk gl eu "
    "is id sq vi lb hy"
)
COMMA_LANGUAGES: Final = frozenset(_COMMA.split())
"""Languages that write one and a half as 1,5."""

_SPACE: Final = "fr es pt sv no fi hu ru pl cs sk et lt lv bg uk"
SPACE_LANGUAGES: Final = frozenset(_SPACE.split())
"""Languages that write a thousand as 1 000, too."""

_MARKED = re.compile(r"(?<![\d.,])\d+(?:[.,]\d+)+(?![\d]|[.,]\d)")
_LENGTH = r"(?:cm|mm|см|мм|in|inch|[\"″])"
_SIZE = re.compile(
    rf"(?<=\d)(?:\s?(?P<unit>{_LENGTH}))?(?:\s[xX]\s?|\s?[×\u2715\u2716*]\s?)(?=\d)"
    rf"|(?<=\d)(?P<close>{_LENGTH})[xX](?=\d)"
)
_NEXT_UNIT = re.compile(r"\d+(?:[.,]\d+)*\s?(?P<unit>[cmk]?m|[см]?м|in|inch|ft|yd|[\"″])(?![^\W_])")
_CYRILLIC_X = re.compile(r"(?<=\d)(\s?(?:[см]?м\s?)?)[хХ](?=\s?\d)")
"""The sign that Russian keyboards have for it: 20х30."""
_METRES = re.compile(r"(?<![\w.,-])(\d{1,2})m(\d{2})(?![\w.,-])")
"""French for 1.40 m: 1m40."""
_INCHES: Final = frozenset(("in", "inch", '"', "″"))
_SIZE_SIGNS: Final = (" x ", " X ", "×", "\u2715", "\u2716", "*", "mx", "mX", "мx", '"x', '"X')
_SPACED = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")
_AREA = re.compile(
    r"(?<=\d)\s?(?:(?P<metres>m²|m2|qm|mq|sq(?:uare|\.)?\s?m(?:et(?:er|re)s?)?)"
    r"|(?:ft²|ft2|sq(?:uare|\.)?\s?(?:ft|feet|foot)))(?![^\W_])",
    re.IGNORECASE,
)
_AREA_SIGNS: Final = ("²", "m2", "ft2", "qm", "mq", "sq", "Sq", "SQ")
_LEADING = re.compile(
    r"(?<![\w.,])[.,](?=\d+\s?(?:m?l|cl|dl|[kmc]?m|in|inch|k?g|oz|lb|gal|qt|ct)(?![^\W_]))"
)
_STROKES = re.compile(r"(?<=[^\W\d_])[`\u00b4](?=[^\W\d_])")
_LONGEST_NAME: Final = 200
_LETTERS = re.compile(
    r"(?<![^\W_])([^\W\d_]) (?:and|und|et|&|'?n'?) ([^\W\d_])(?![^\W_])"
    r"|(?<![^\W_])([^\W\d_]{1,2}) & ([^\W\d_]{1,2})(?![^\W_])",
    re.IGNORECASE,
)


class PlainNumbers(NamedTuple):
    """text: decimals with a point, thousands without a mark. other: the one number that could
    also be meant otherwise, so read; empty if all is clear.
    """

    text: str
    other: str


def plain_numbers(text: str, comma: bool) -> PlainNumbers:
    """One way to write a number. comma: whether the language's decimals have a comma.

    1,5 and 1.50 are 1.5 everywhere. Before three digits a mark is what the language says, but
    0,750 is no thousand, and 1.234,5 and 1,234.5 say themselves which is which.
    """
    others: list[str] = []

    def plain(found: re.Match[str]) -> str:
        made, other = _plain(found.group(), comma)
        if other:
            others.append(other)
        return made

    made = _MARKED.sub(plain, text)
    return PlainNumbers(made, others[0] if len(others) == 1 and made == _only(made) else "")


def _only(text: str) -> str:
    """The text, if it is a number and nothing else."""
    return text if text.replace(".", "", 1).isdigit() else ""


def _plain(number: str, comma: bool) -> tuple[str, str]:
    marks = [sign for sign in number if sign in ".,"]
    groups = re.split("[.,]", number)
    bare = "".join(groups)
    thousands = all(len(group) == 3 for group in groups[1:]) and 0 < len(groups[0]) <= 3
    if len(marks) > 1:
        if len(set(marks)) == 1:  # 1.234.567, else an address, a date, a list of sizes
            return (bare, "") if thousands else (number, "")
        if len(set(marks[:-1])) == 1 and all(len(group) == 3 for group in groups[1:-1]):
            return _decimal("".join(groups[:-1]), groups[-1]), ""
        return number, ""
    whole, rest = groups
    decimal = _decimal(whole, rest)
    if thousands and whole.strip("0"):
        mark = "." if comma else ","
        return (bare, "") if marks[0] == mark else (decimal, bare)
    if marks[0] == "," and not comma and len(rest) == 2 and len(whole) > 1:
        return number, ""  # sizes 36,38 rather than 36.38
    return (decimal, "") if len(rest) < 4 or marks[0] == "." else (number, "")


def _decimal(whole: str, rest: str) -> str:
    """2.50 is 2.5; but 5.0 stays, for it is a version."""
    return f"{whole}.{rest.rstrip('0') or '0'}"


def _size(said: re.Match[str]) -> str:
    unit = said["unit"] or said["close"]
    if unit:
        other = _NEXT_UNIT.match(said.string, said.end())
        if other is not None and other["unit"] != unit and not {unit, other["unit"]} <= _INCHES:
            return f"{unit} x "
    return "x"


def joined_sizes(text: str) -> str:
    """`30 × 40` and `30 cm x 40 cm` are 30x40, and `D and M` is D&M: each one word. Measures in two
    units, `50 mm x 66 m`, stay measures.

    `3 m²` is 3 sqm, `.5 l` is 0.5 l, and a grave accent between letters an apostrophe.
    """
    if "\u00a0" in text or "\u202f" in text:
        text = _SPACED.sub("", text)
    if "х" in text or "Х" in text:
        text = _CYRILLIC_X.sub(r"\1x", text)
    if "m" in text and _METRES.search(text):
        text = _METRES.sub(r"\1.\2 m", text)
    if any(sign in text for sign in _SIZE_SIGNS):
        text = _SIZE.sub(_size, text)
    if any(sign in text for sign in _AREA_SIGNS):
        text = _AREA.sub(lambda said: " sqm" if said["metres"] else " sqft", text)
    if " ." in text or " ," in text:
        text = _LEADING.sub("0.", text)
    if "`" in text or "\u00b4" in text:
        text = _STROKES.sub("'", text)
    if len(text) <= _LONGEST_NAME and " " in text:
        text = _LETTERS.sub(lambda f: f"{f[1] or f[3]}&{f[2] or f[4]}", text)
    return text
