"""The quick way through an XML feed: small trees made by the parser's own C code.

It gives the same records as xml_feed.py does with handlers, and gives up where that must decide:
on faults, on what is large or deep. So nothing here needs to be bounded twice.
"""

from collections.abc import Iterable, Iterator
from operator import methodcaller
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from indexing.catalogue.formats.byte_streams import MAX_LINE
from indexing.catalogue.formats.xml_elements import (
    GOOGLE,
    LocalNames,
    add,
    marked,
    prose_end,
    with_attributes,
)
from indexing.catalogue.formats.xml_text import MAX_DEPTH, MAX_ELEMENTS, well_formed

_PIECE = 1 << 14
"""Bytes: what is made of them stays in the processor's cache."""
_XML = "{http://www.w3.org/XML/1998/namespace}"
_PATIENCE = MAX_LINE
"""Bytes without a complete record."""


class GiveUpError(Exception):
    """The quick way is not for such a feed."""


def tree_records(chunks: Iterable[bytes], path: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
    """The elements at the path, in order, some at a time. Raises GiveUpError, also half-way.

    A document type must be known to be absent: the parser would follow its entities.
    """
    builder = TreeBuilder()
    parser = XMLParser(target=builder, encoding="utf-8")  # noqa: S314 - a document type was refused before
    trees = _Trees(path)
    waited = 0
    try:
        for chunk in well_formed(chunks):
            for at in range(0, len(chunk), _PIECE):
                piece = chunk[at : at + _PIECE]
                parser.feed(piece)
                waited += len(piece)
                root: Element | None = builder.close()  # what there is of it
                if root is None:
                    continue
                made = trees.taken(root, 1, whole=False)
                if made:
                    waited = 0
                    yield made
                elif waited > _PATIENCE:
                    raise GiveUpError
        root = parser.close()
    except ParseError as error:
        raise GiveUpError from error
    if root is not None:
        yield trees.taken(root, 1, whole=True)


class _Trees:
    """Elements → fields, under `prefix:name` until a record is complete."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self._path = path
        self._names = LocalNames()
        self._known: dict[str, str] = {}
        self._plain = ""

    def taken(self, element: Element, depth: int, whole: bool) -> list[dict[str, Any]]:
        """Records below an element at a depth of the path, which are taken out of it.

        whole: whether it is complete; else its last child may not be, and stays.
        """
        done = len(element) - (not whole)
        wanted, last_one = self._path[depth], depth + 1 == len(self._path)
        made: list[dict[str, Any]] = []
        for child in element[: max(done, 0)]:
            if _local(child.tag) == wanted:
                if last_one:
                    made.append(self._record(child))
                else:
                    made += self.taken(child, depth + 1, whole=True)
        if not whole and done >= 0:
            child = element[done]
            if not last_one and _local(child.tag) == wanted:
                made += self.taken(child, depth + 1, whole=False)
            if done:
                del element[:done]
        return made

    def _record(self, element: Element) -> dict[str, Any]:
        if not self._known:
            self._plain = _space(element.tag)
        if not (element.items() or any(map(len, element)) or any(map(_ATTRIBUTES, element))):
            names = self._names.local
            try:
                made = {names[child.tag]: (child.text or "").strip() for child in element}
            except KeyError:
                made = {}
            if len(made) == len(element):  # as most are: leaves, each once
                return made
        fields, _ = self._fields(element, 0)
        for child in element:
            self._names.local[child.tag] = _local(child.tag)
        return self._names.plain_outside(fields)

    def _fields(self, element: Element, depth: int) -> tuple[dict[str, Any], str]:
        """What an element has in it, and its own text, that of prose within included."""
        if depth > MAX_DEPTH or len(element) > MAX_ELEMENTS:
            raise GiveUpError
        known = self._known
        made: dict[str, Any] = marked(self._attributes(element)) if element.items() else {}
        parts = [element.text or ""]
        for child in element:
            tag, text = child.tag, child.text or ""
            name = known.get(tag) or self._learnt(tag)
            value: Any
            fields = _NOTHING
            if len(child) or child.items():
                fields, text = self._fields(child, depth + 1)
            end = prose_end(name, fields) if depth else None
            if end is not None:
                parts += (text, end, child.tail or "")
                continue
            parts.append(child.tail or "")
            value = text.strip()
            if fields:
                value = with_attributes(name, fields, value, made)
                if type(value) is dict:
                    value = self._names.plain(value)
                elif type(value) is list:
                    value = [self._names.plain(v) if type(v) is dict else v for v in value]
            if name not in made:
                made[name] = value
            else:
                add(made, name, value)
        return made, "".join(parts)

    def _attributes(self, element: Element) -> dict[str, str]:
        return {_local(name): value for name, value in element.items() if not name.startswith(_XML)}

    def _learnt(self, tag: str) -> str:
        space, name = _space(tag), _local(tag)
        if space.startswith(GOOGLE):
            name = f"g:{name}"
        elif space not in ("", self._plain):
            name = f"other:{name}"
        self._known[tag] = name
        return name


_ATTRIBUTES = methodcaller("keys")
_NOTHING: dict[str, Any] = {}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _space(tag: str) -> str:
    return tag[1:].rpartition("}")[0] if tag.startswith("{") else ""
