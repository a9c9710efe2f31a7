"""JSON that is not one object a line: lists, objects that hold the list, objects over several
lines; several of these one after the other.
"""

from collections.abc import Iterable, Iterator

from indexing.catalogue.formats.json_text import BrokenJsonError, JsonText
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import Record
from indexing.errors import CatalogError

EVERY = "*"
"""As the last key of a path: the products stand under keys of their own, such as their ids."""

Path = tuple[str, ...]

_HOLDERS = frozenset((
    "products", "records", "rows", "results", "hits", "docs", "documents", "entries", "catalog",
    "catalogue", "@graph", "itemlistelement", "edges", "produkte", "produits", "productos", "商品",
))  # fmt: skip
"""Keys whose list of objects is the list of products, whatever stands beside it."""

_OF_PRODUCTS = frozenset((
    "id", "sku", "price", "gtin", "ean", "asin", "objectid", "item_id", "product_id", "handle",
    "@type",
))  # fmt: skip
"""What an object that is a product itself has, beside lists of its variants or pictures."""

_IN_RECORDS = frozenset(("@graph", "itemlistelement"))
"""JSON-LD, which is unwrapped record by record."""

_DEPTH = 4


class _Survey:
    """What a document holds: lists of objects (path → length) and the names of each object."""

    def __init__(self, text: JsonText) -> None:
        self.text = text
        self.lists: dict[Path, int] = {}
        self.names: dict[Path, set[str]] = {}

    def walk(self, path: Path) -> Path | None:
        """Through the object here, or until the list of products is sure."""
        names = self.names.setdefault(path, set())
        for key in self.text.keys():  # noqa: SIM118 - no mapping: it moves through the text
            names.add(key.lower())
            opening, here = self.text.peek(), (*path, key)
            found = None
            if opening == "[":
                found = self._list(here)
            elif opening == "{" and len(path) < _DEPTH:
                found = self.walk(here)
            else:
                self.text.skip()
            if found is not None:
                return found
        return None

    def _list(self, path: Path) -> Path | None:
        for _ in self.text.elements():
            if self.text.peek() == "{":
                if path[-1].lower() in _HOLDERS:
                    return path
                self.lists[path] = self.lists.get(path, 0) + 1
            self.text.skip()
        return None


def find_records(chunks: Iterable[bytes], only_sure: bool = False) -> Path:
    """Path of keys to the list of products in the first object; () where it is one itself.

    A list with a well-known name ends the search; else it is the longest list of objects, unless
    the object has what products have. only_sure: that such an object is one of many, and only a
    well-known name counts. Raises BrokenJsonError.
    """
    text = JsonText(chunks)
    if text.peek() == "[":
        for _ in text.elements():
            return _sure(text) if text.peek() == "{" else ()
        return ()
    if only_sure:
        return _sure(text)
    survey = _Survey(text)
    found = survey.walk(())
    if found is not None:
        return found
    top = survey.names[()]
    if top & _OF_PRODUCTS:
        return ()
    objects = [names for path, names in survey.names.items() if len(path) == 1]
    if len(objects) == len(top) > 1 and len(set.intersection(*objects)) > 1:
        return (EVERY,)
    return max(survey.lists, key=survey.lists.__getitem__, default=())


def _sure(text: JsonText) -> Path:
    found = _Survey(text).walk(())
    return found if found and found[-1].lower() not in _IN_RECORDS else ()


def document_records(
    told: str, chunks: Iterable[bytes], path: Path
) -> Iterator[Record | RejectedLine]:
    """Products of one document after the other; `line` counts them. path: as find_records gives.

    Raises CatalogError where the text is broken: what is behind that cannot be told apart.
    """
    text, number = JsonText(chunks), 0
    first = text.peek()
    try:
        while opening := text.peek():
            if opening != first:
                raise BrokenJsonError(f"is followed by more, which begins with {opening!r}")
            for key in _places(text, path):
                made, source = text.value()
                number += 1
                line = source.encode("utf-8", "replace")
                if isinstance(made, dict):
                    yield Record(number, {"id": key, **made} if key else made, line)
                else:
                    yield RejectedLine.of(told, number, None, "must be a JSON object", line)
    except BrokenJsonError as error:
        raise CatalogError(
            f"{told}: element {number + 1} of the JSON {error}. Repair it, or export JSON Lines: "
            "one object a line."
        ) from error


def _places(text: JsonText, path: Path) -> Iterator[str]:
    """Stand at each product in turn, which must then be read; gives its key in EVERY, or ""."""
    opening = text.peek()
    if opening == "[":
        for _ in text.elements():
            if path:
                yield from _places(text, path)
            else:
                yield ""
    elif not path:
        yield ""
    elif opening == "{":
        for key in text.keys():  # noqa: SIM118 - no mapping: it moves through the text
            if path == (EVERY,):
                yield key
            elif key == path[0]:
                yield from _places(text, path[1:])
            else:
                text.skip()
    else:
        text.skip()
