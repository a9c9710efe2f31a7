"""What kind of thing a product is that came after the type model was learnt.

A build agrees on types by looking at all products together; here the words that stand where heads
stand are asked one by one. A product that the build had under the same title keeps its kind,
however often it is made anew: with its group, or when segments are merged.
"""

from collections.abc import Sequence

import numpy as np

from indexing.analysis.chunks import Kind
from indexing.arrays import Int32Array, UInt8Array
from indexing.catalogue.product import Product
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE

SURE = 0.5


def type_guesses(products: Sequence[Product], base: Snapshot) -> tuple[Int32Array, UInt8Array]:
    """int32[n], NO_TYPE where it is not known, and how sure each is, uint8[n]."""
    types = np.full(len(products), NO_TYPE, dtype=np.int32)
    sureness = np.zeros(len(products), dtype=np.uint8)
    if not len(base.types):
        return types, sureness
    purposes = set(base.types.purpose_terms.tolist())
    for place, product in enumerate(products):
        built = _built(product, base)
        if built is not None:
            types[place], sureness[place] = base.types.type_of[built], base.types.sureness[built]
            continue
        best = 0.0
        for word in _leading_words(product.title, purposes, base):
            kinds, chances = base.types.named(word)
            if not len(kinds):
                continue
            chance = float(chances[0]) * base.types.head_share(word)
            if chance >= max(best, SURE):  # the later of two is the head: printer *ink*
                best, types[place] = chance, kinds[0]
                sureness[place] = round(255 * min(chance, 1.0))
    return types, sureness


def _built(product: Product, base: Snapshot) -> int | None:
    """The snapshot's document of the same id and title, there or gone."""
    doc = base.documents.find(product.id)
    if doc is None or base.documents.product_at(doc).get("title", "") != product.title:
        return None
    return doc


def _leading_words(title: str, purposes: set[int], base: Snapshot) -> list[str]:
    """Words before `for` and the like."""
    words = []
    for token in base.analyzer.tokens(title):
        if token.kind not in (Kind.WORD, Kind.CHAR):
            continue
        if base.index.lexicon.id_of(token.term) in purposes:
            break
        words.append(token.term)
    return words
