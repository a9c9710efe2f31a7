"""Which element of a feed is a product."""

from collections.abc import Iterable
from xml.parsers import expat

from indexing.catalogue.formats.xml_text import MAX_DEPTH, RefusedError, fed
from indexing.errors import CatalogError

Path = tuple[str, ...]

_KNOWN = frozenset((
    "item", "entry", "product", "offer", "shopitem", "o", "artikel", "article", "produkt", "prod",
    "produit", "producto", "prodotto", "tuote", "vare", "product_item", "row", "record", "good",
))  # fmt: skip
_LOOKED_AT = 1 << 20
_MAX_PATHS = 10_000


class _Element:
    """How often a path is met, and which elements and attributes it has had."""

    def __init__(self) -> None:
        self.times = 0
        self.within: set[str] = set()


def find_element(told: str, chunks: Iterable[bytes], wanted: str | None = None) -> Path:
    """The path of the product's element, names without prefixes. wanted: its name, or its path.

    One with a well-known name, else one that repeats and has elements within; the outermost such;
    the one with most within. Raises CatalogError.
    """
    elements: dict[Path, _Element] = {}
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if path and (around := elements.get(tuple(path))) is not None:
            around.within.add(name)
        path.append(name)
        if len(path) > MAX_DEPTH:
            raise RefusedError(f"nests elements deeper than {MAX_DEPTH}")
        here = tuple(path)
        if here not in elements and len(elements) < _MAX_PATHS and len(path) < 12:
            elements[here] = _Element()
        if (element := elements.get(here)) is not None:
            element.times += 1
            element.within.update(n for n in attributes if not n.startswith("xml"))

    def handlers(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _: path.pop()

    read = 0
    pieces = (chunk[at : at + 65_536] for chunk in chunks for at in range(0, len(chunk), 65_536))
    for _ in fed(told, pieces, handlers):
        read += 1 << 16
        if read > _LOOKED_AT and any(element.times > 1 for element in elements.values()):
            break
    if not elements:
        raise CatalogError(f"{told}: holds no element.")
    if wanted is not None:
        names = tuple(wanted.strip("/").split("/"))
        for here in sorted(elements, key=len):
            if here[-len(names) :] == names:
                return here
        raise CatalogError(f"{told}: holds no element {wanted!r}; it has {_told(elements)}.")
    return _likeliest(elements)


def _likeliest(elements: dict[Path, _Element]) -> Path:
    large = {path: each for path, each in elements.items() if len(each.within) > 1}
    for fits in (
        [path for path in large if path[-1].lower() in _KNOWN and len(path) > 1],
        [path for path, each in large.items() if each.times > 1],
        [path for path in large if len(path) > 1],
        list(elements),
    ):
        if fits:
            return min(fits, key=lambda path: (len(path), -len(elements[path].within)))
    return ()


def _told(elements: dict[Path, _Element]) -> str:
    return ", ".join("/".join(path) for path in list(elements)[:20])
