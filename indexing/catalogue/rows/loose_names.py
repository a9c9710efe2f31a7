"""Names of columns with words around the one that counts: `Preis CHF inkl. MwSt.`."""

import re
import unicodedata
from functools import lru_cache

from indexing.catalogue.rows.names import CURRENCIES, name_key

_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f']+|[^\W\d_A-Za-z\u00c0-\u024f]+")
_CAMEL = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")
_ALTERNATIVES = re.compile(r"\s*[/|]\s*|\s+(?:or|oder|ou|o|lub|of)\s+", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[（【].*?[)\]）】]")
_LITTLE = """
incl including inclusive inkl inklusive inclu inclus inclusief incluido incluidos inclusa incluse
compris comprise excl excluding exclusive exkl exclus excluidos excluido escluse esclusa exclusief
tax taxes vat gst mwst ust btw tva iva impuestos impuesto imposte tasse tasas pdv ddv dph moms mva
alv kdv taxe ttc con sin senza avec sans mit ohne zzgl podatkiem вкл ндс без с руб euro eur
in per each pro par por stk stück pcs pc pieces units unit unidades unités szt шт
a an the our your my nasza of de du des del della di la le les el los das der die
en fr es it nl pl pt us uk gb text html plain long lang longue larga lunga full complete main haupt
primary principal principale hoofd first shop store web online current new actual final value amount
product products produkt produkte produit produits producto productos prodotto prodotti
item items artikel article articles articulo artículo articolo articoli goods товара товар produktu
no nr num english german french spanish italian dutch polish deutsch englisch
"""
_ADDRESSES = "url urls link links address adresse adres uri href src path file"
_NAMES = "name names nom nome naam nazwa title"
_FOR_TARGET = {
    "image": f"{_ADDRESSES} list gallery", "url": "address adresse", "brand": _NAMES,
    "category": f"{_NAMES} path pfad tree list", "identifiers": "code codes",
    "rating": "average avg", "rating_count": "count total", "stock": "count level total",
    "created_at": "on am date",
}  # fmt: skip
TARGETS = (
    "title", "price", "list_price", "sale_price", "description", "brand", "category", "stock",
    "availability", "image", "url", "rating", "rating_count", "created_at", "currency",
    "identifiers", "id",
)  # fmt: skip
"""Fields that a column may be found for so, in this order."""


@lru_cache(maxsize=50_000)
def keys_in(name: str, target: str) -> tuple[str, ...]:
    """What the name may be meant as, the likeliest first: keys without words that say little."""
    made: dict[str, None] = {}
    for text in (name, *_ALTERNATIVES.split(name)):
        for inner in (_BRACKETS.sub(" ", text), text):
            words = _words(inner)
            few = [word for word in words if not _says_little(word)]
            more = _MORE.get(target, frozenset())
            fewer = [word for word in few if word not in more]
            for kept in (words, few, fewer):
                if kept:
                    made["".join(kept)] = None
    return tuple(made)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in _WORDS.findall(unicodedata.normalize("NFKC", text)):
        parts = [word] if _says_little(name_key(word)) else _CAMEL.split(word)
        words += map(name_key, parts)
    return [*words, "number"] if words and "#" in text else words


def _says_little(word: str) -> bool:
    return word in _KEYS or word.upper() in CURRENCIES


def _keys(words: str) -> frozenset[str]:
    return frozenset(map(name_key, words.split()))


_KEYS = _keys(_LITTLE)
_MORE = {target: _keys(words) for target, words in _FOR_TARGET.items()}
