"""What an element of XML says: its text, its attributes, the elements in it, without prefixes."""

from functools import lru_cache
from typing import Any

Fields = dict[str, Any]

GOOGLE = "http://base.google.com/"
_MARK = "@"
_NAMES = ("name", "key", "code", "label")
_ADDRESSES = ("href", "url", "src", "resource")
_PROSE = frozenset((
    "p", "br", "b", "i", "u", "em", "strong", "span", "div", "ul", "ol", "li", "a", "table", "tr",
    "td", "th", "tbody", "h1", "h2", "h3", "h4", "sup", "sub", "small", "font", "blockquote",
))  # fmt: skip
_INLINE = frozenset(("b", "i", "u", "em", "strong", "span", "a", "sup", "sub", "small", "font"))
_OF_PROSE = frozenset(
    _MARK + name for name in ("class", "style", "href", "target", "rel", "id", "align", "title")
)

_ONE_VALUE = frozenset(("price", "name", "title", "description", "brand", "stock", "id"))
"""What a product has one of, whatever it is wrapped in."""


def marked(attributes: dict[str, str]) -> Fields:
    """Attributes as fields that no element's name can be mistaken for."""
    return {
        _MARK + name.rpartition(":")[2]: value
        for name, value in attributes.items()
        if not name.startswith(("xmlns", "xml:"))
    }


def prose_end(tag: str, fields: Fields) -> str | None:
    """What ends an element of HTML that was not escaped: it is text of the element around it.

    None of other elements.
    """
    if tag not in _PROSE or not fields.keys() <= _OF_PROSE:
        return None
    return "" if tag in _INLINE else "\n"


def with_attributes(tag: str, fields: Fields, text: str, parent: Fields) -> object:
    """The value of an element that has attributes, or elements within.

    `<param name="Colour">Red</param>` is a name and a value. `<price currency="EUR">5</price>` is
    "5", and its parent gets `price@currency`. `<link href="…"/>` is the address.
    `<images><image>…</image></images>` is a list, also of one.
    """
    if any(not name.startswith(_MARK) for name in fields):
        if text:
            fields.setdefault("text", text)
        elif len(fields) == 1:
            [(name, held)] = fields.items()
            if is_plural(_plain(tag), _plain(name)):
                return held if type(held) is list else [held]
        return fields
    if not text:
        for name in _ADDRESSES:
            if _MARK + name in fields:
                return fields[_MARK + name]
        return fields
    for name in _NAMES:
        named = fields.get(_MARK + name)
        if named:
            unit = fields.get(_MARK + "unit")
            return {"name": named, "value": f"{text} {unit}" if unit else text}
    for name, value in fields.items():
        parent.setdefault(tag + name, value)
    return text


def add(fields: Fields, tag: str, value: object) -> None:
    """One more element of this name. Two lists are one."""
    if tag not in fields:
        fields[tag] = value
        return
    before = fields[tag]
    held = before if type(before) is list else [before]
    held.extend(value if type(value) is list else [value])
    fields[tag] = held


@lru_cache(maxsize=1_000)
def is_plural(name: str, of: str) -> bool:
    """Whether elements of this name hold those of the other: `images` or `imageList`, `image`."""
    many, one = name.lower(), of.lower()
    stems = {one, one.removesuffix("y") + "ie", one.removesuffix("e"), one.removesuffix("o") + "oe"}
    endings = ("s", "es", "n", "en", "er", "list", "_list", "-list")
    return one not in _ONE_VALUE and many in {stem + ending for stem in stems for ending in endings}


def _plain(tag: str) -> str:
    return tag.rpartition(":")[2]


class LocalNames:
    """`prefix:name` → `name`. Google's goes before one without a prefix, and that before others."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int]] = {}
        self.local: dict[str, str] = {}
        self._google = {"g"}

    def declared(self, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.startswith("xmlns:") and value.startswith(GOOGLE):
                self._google.add(name[6:])

    def plain(self, fields: Fields) -> Fields:
        """The same under local names, within lists and objects too."""
        made: Fields = {}
        ranks: dict[str, int] = {}
        known = self._known
        for name, value in fields.items():
            entry = known.get(name) or self._learnt(name)
            local, rank = entry
            if type(value) is dict:
                value = self.plain(value)  # noqa: PLW2901 - the same value, renamed
            elif type(value) is list:
                value = [self.plain(v) if type(v) is dict else v for v in value]  # noqa: PLW2901
            if local in made and (not value or (made[local] and ranks[local] <= rank)):
                continue
            made[local], ranks[local] = value, rank
        return made

    def plain_outside(self, fields: Fields) -> Fields:
        """As `plain`, where all that is within is plain already."""
        names = self.local
        try:
            made = {names[name]: value for name, value in fields.items()}
        except KeyError:
            return self.plain(fields)
        return made if len(made) == len(fields) else self.plain(fields)

    def _learnt(self, name: str) -> tuple[str, int]:
        mark, path = (3, name[1:]) if name.startswith(_MARK) else (0, name)
        head, at, attribute = path.partition(_MARK)
        prefix, _, local = head.rpartition(":")
        rank = 0 if prefix in self._google else 1 if not prefix else 2
        self.local[name] = local + at + attribute
        self._known[name] = (self.local[name], rank + mark)
        return self._known[name]
