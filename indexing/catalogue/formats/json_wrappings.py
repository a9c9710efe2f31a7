"""Objects around products: of JSON-LD, of search engines, of GraphQL."""

from collections.abc import Iterator
from typing import Any

Fields = dict[str, Any]

WRAPPINGS = ("_source", "document", "node", "item", "product")
"""Keys under which a hit or a list's entry holds the product itself."""

_MARKS = frozenset(("values", "@type", "@graph", "@context", *WRAPPINGS))
_BESIDE = frozenset((
    "_index", "_type", "_id", "_score", "sort", "cursor", "position", "@type", "highlight",
    "highlights", "text_match", "text_match_info", "url",
))  # fmt: skip
_NO_PRODUCTS = frozenset((
    "aggregaterating", "aboutpage", "article", "blog", "blogposting", "brand", "breadcrumblist",
    "checkoutpage", "collectionpage", "contactpage", "contactpoint", "corporation", "faqpage",
    "howto", "imageobject", "imagegallery", "itempage", "listitem", "localbusiness",
    "merchantreturnpolicy", "newsarticle", "onlinestore", "organization", "person",
    "postaladdress", "question", "rating", "review", "searchaction", "searchresultspage",
    "sitenavigationelement", "store", "videoobject", "webpage", "website", "wpfooter", "wpheader",
))  # fmt: skip
_CONNECTION = frozenset(("edges", "nodes", "pageInfo", "totalCount", "__typename"))
_DEPTH = 6


def is_wrapped(fields: Fields) -> bool:
    """Whether `unwrapped` may have something to do with objects like this one."""
    return not _MARKS.isdisjoint(fields)


def unwrapped(fields: Fields, depth: int = _DEPTH) -> Iterator[Fields]:
    """The products within; what is a page, a shop, a trail of links, gives none."""
    kinds = _kinds(fields)
    if "breadcrumblist" in kinds:
        return
    for key in ("@graph", "itemListElement"):
        inside = fields.get(key)
        if depth and isinstance(inside, list | dict):
            for each in inside if isinstance(inside, list) else (inside,):
                if isinstance(each, dict):
                    yield from unwrapped(each, depth - 1)
            return
    main = fields.get("mainEntity")
    if depth and isinstance(main, dict):
        yield from unwrapped(main, depth - 1)
    elif depth and (inner := _inner(fields)) is not None:
        yield from unwrapped(inner, depth - 1)
    elif not kinds or not kinds <= _NO_PRODUCTS:
        flat = {name: entries_of(value) for name, value in fields.items()}
        yield _flat_values(flat) if type(flat.get("values")) is dict else flat


def _flat_values(fields: Fields) -> Fields:
    """Akeneo's `values`, as columns of its tables: `name-en_US`, `price-EUR`."""
    made = {name: value for name, value in fields.items() if name != "values"}
    for name, entries in fields["values"].items():
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and "data" in entry for entry in entries
        ):
            return fields
        for entry in entries:
            tail = "-".join(filter(None, (entry.get("locale"), entry.get("scope"))))
            column = f"{name}-{tail}" if tail else name
            held = entry["data"]
            prices = held if isinstance(held, list) else []
            if prices and all(isinstance(p, dict) and "currency" in p for p in prices):
                made |= {f"{name}-{p['currency']}": p.get("amount") for p in prices}
            else:
                made.setdefault(column, held)
    return made


def entries_of(value: object) -> object:
    """The list that GraphQL wraps: `{"edges": [{"node": …}]}`, `{"nodes": […]}`."""
    if type(value) is not dict or not value.keys() <= _CONNECTION:
        return value
    if isinstance(edges := value.get("edges"), list):
        return [edge.get("node") if isinstance(edge, dict) else edge for edge in edges]
    return nodes if isinstance(nodes := value.get("nodes"), list) else value


def _kinds(fields: Fields) -> set[str]:
    told = fields.get("@type")
    return {str(kind).rpartition("/")[2].lower() for kind in (told if isinstance(told, list) else
            [told] if told else [])}  # fmt: skip


def _inner(fields: Fields) -> Fields | None:
    """The product in an entry that holds nothing else but where it stood."""
    for key in WRAPPINGS:
        inner = fields.get(key)
        if isinstance(inner, dict) and fields.keys() - {key} <= _BESIDE:
            named = "_id" in fields and not any(name.lower() == "id" for name in inner)
            return {"id": fields["_id"], **inner} if named else inner
    return None
