"""XML feeds as records: one element, with what is in it, each."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any
from xml.parsers import expat

from indexing.catalogue.formats.byte_streams import MAX_LINE
from indexing.catalogue.formats.xml_elements import (
    LocalNames,
    add,
    marked,
    prose_end,
    with_attributes,
)
from indexing.catalogue.formats.xml_text import MAX_DEPTH, MAX_ELEMENTS, RefusedError, fed
from indexing.catalogue.formats.xml_tree import GiveUpError, tree_records
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import TOO_LONG, Record


def xml_records(
    told: str, opened: Callable[[], Iterable[bytes]], path: tuple[str, ...]
) -> Iterator[Record | RejectedLine]:
    """The elements at the path, one record each, in order. opened: gives the text, as UTF-8.

    Raises CatalogError where the text is no XML, or what only attacks need; what is behind that
    cannot be told apart.
    """
    number = 0
    try:
        for some in tree_records(opened(), path):
            for fields in some:
                number += 1
                yield Record(number, fields)
    except GiveUpError:
        yield from islice(handled_records(told, opened(), path), number, None)


def handled_records(
    told: str, chunks: Iterable[bytes], path: tuple[str, ...]
) -> Iterator[Record | RejectedLine]:
    """The same by handlers, whatever is in the text: slower, and bounded."""
    made: list[Record | RejectedLine] = []
    builder = _Builder(told, path, made.append)
    for _ in fed(told, chunks, builder.handlers):
        if made:
            yield from made
            made.clear()
    yield from made


class _Builder:
    """Handlers that make records of the elements at a path."""

    def __init__(
        self, told: str, path: tuple[str, ...], give: Callable[[Record | RejectedLine], None]
    ) -> None:
        self._told = told
        self._path = path
        self._give = give

    def handlers(self, parser: expat.XMLParserType) -> None:
        """Set them. Names within are `prefix:name` until the record is complete."""
        give, told, path, names = self._give, self._told, self._path, LocalNames()
        depth_of = len(path)
        outer: list[str] = []  # names of the elements around, as long as they are on the path
        strange = 0  # depth within elements that are not on the path
        number = 0
        within: list[dict[str, Any]] = []  # elements of the record, outermost first
        texts: list[str] = []
        starts: list[int] = []
        size = elements = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal strange, number, size, elements
            if within:
                elements += 1
                if len(within) > MAX_DEPTH:
                    raise RefusedError(f"nests elements deeper than {MAX_DEPTH}")
                starts.append(len(texts))
                within.append(marked(attributes) if attributes else attributes)
                return
            if strange or tag.rpartition(":")[2] != path[len(outer)]:
                strange += 1
                if strange > MAX_DEPTH:
                    raise RefusedError(f"nests elements deeper than {MAX_DEPTH}")
                names.declared(attributes)
                return
            names.declared(attributes)
            outer.append(tag)
            if len(outer) == depth_of:
                number += 1
                size = elements = 0
                texts.clear()
                within.append(marked(attributes))
                starts.append(0)
                parser.CharacterDataHandler = characters

        def characters(text: str) -> None:
            nonlocal size
            size += len(text)
            if size <= MAX_LINE:
                texts.append(text)

        def end(tag: str) -> None:
            nonlocal strange
            if not within:
                if strange:
                    strange -= 1
                else:
                    outer.pop()
                return
            fields = within.pop()
            begun = starts.pop()
            if not within:
                outer.pop()
                parser.CharacterDataHandler = None
                if size > MAX_LINE or elements > MAX_ELEMENTS:
                    start_of_it = "".join(texts)[:MAX_LINE].encode()
                    give(RejectedLine.of(told, number, None, TOO_LONG, start_of_it))
                else:
                    give(Record(number, names.plain(fields)))
                return
            if elements > MAX_ELEMENTS:
                return
            prose = prose_end(tag, fields) if len(within) > 1 else None
            if prose is not None:
                texts.append(prose)
                return
            text = "".join(texts[begun:]).strip() if len(texts) != begun else ""
            del texts[begun:]
            parent = within[-1]
            value = with_attributes(tag, fields, text, parent) if fields else text
            if tag not in parent:
                parent[tag] = value
            else:
                add(parent, tag, value)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
