"""While building: which titles name a kind beside their head or behind `for`."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import BoolArray, Int32Array, UInt32Array, UInt64Array
from indexing.forms.forms import WordForms
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import InvertedIndex
from indexing.postings.token_stream import EXTRA
from indexing.types.phrases import written_in
from indexing.types.signs import HEAD_FIRST, PURPOSE
from indexing.types.type_model import TypeModel

NEAR: Final = 3
"""Words before a head (behind it, where heads stand first) that may name what it goes with."""
BEHIND: Final = 8
"""Words behind `for` that may."""
LEAST: Final = 3
"""Titles that say so, of a catalogue of `SMALL` products; 2 of a smaller one."""
SMALL: Final = 10_000
SURE: Final = 128
"""Of 255, for a product to count as what it is taken for."""
_BLOCK: Final = 100_000
_MOST_WORDS: Final = 64


@dataclass(frozen=True, slots=True)
class Naming:
    """pairs: uint64[p], ascending, two terms in the order of titles, of which a kind is named; a
    kind of two words has the number of terms + its place there. head_of: int32[n], the term of
    each product's noun, -1 without. purposes: uint32, terms like `for`.
    """

    model: TypeModel
    index: InvertedIndex
    analyzer: Analyzer
    head_first: bool
    pairs: UInt64Array
    head_of: Int32Array
    purposes: UInt32Array


def naming_of(model: TypeModel, index: InvertedIndex, analyzer: Analyzer) -> Naming:
    head_first = analyzer.languages[0] in HEAD_FIRST
    heads = np.append(model.head_terms, UNKNOWN).astype(np.int32)
    sure = np.where(model.sureness >= SURE, model.type_of, -1)
    both = (model.beside_terms != UNKNOWN) & (model.head_terms != UNKNOWN)
    one, two = model.beside_terms[both].astype(np.uint64), model.head_terms[both].astype(np.uint64)
    pairs = (two << np.uint64(32) | one) if head_first else (one << np.uint64(32) | two)
    purposes = {
        index.lexicon.id_of(token.term)
        for word in written_in(PURPOSE, analyzer)
        for token in analyzer.tokens(word)
    }
    return Naming(
        model, index, analyzer, head_first, np.unique(pairs), heads[sure],
        np.array(sorted(purposes - {UNKNOWN}), dtype=np.uint32),
    )  # fmt: skip


def titles_saying(naming: Naming) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """(kind, head) → titles that name the kind beside the head or behind `for`; those behind."""
    index = naming.index
    stops = np.zeros(len(index.lexicon), dtype=np.bool_)
    known = [index.lexicon.id_of(word) for word in naming.analyzer.stop_words]
    stops[[term for term in known if term != UNKNOWN]] = True
    stops[naming.purposes] = True
    said: Counter[tuple[int, int]] = Counter()
    behind: Counter[tuple[int, int]] = Counter()
    for first in range(0, len(naming.head_of), _BLOCK):
        last = min(first + _BLOCK, len(naming.head_of))
        room = int(index.titles.offsets[last] - index.titles.offsets[first]) * 2
        keys = np.empty(room, dtype=np.uint64)
        is_for = np.empty(room, dtype=np.bool_)
        used = _emit(
            first, last, index.titles.offsets, index.titles.terms, naming.head_of, naming.purposes,
            stops, naming.pairs, naming.head_first, keys, is_for,
        )  # fmt: skip
        for into, chosen in ((said, keys[:used]), (behind, keys[:used][is_for[:used]])):
            distinct, counts = np.unique(chosen, return_counts=True)
            for key, count in zip(distinct.tolist(), counts.tolist(), strict=True):
                into[key >> 32, key & 0xFFFFFFFF] += count
    least = LEAST if len(naming.head_of) >= SMALL else LEAST - 1
    return Counter({pair: count for pair, count in said.items() if count >= least}), behind


@njit(nogil=True, cache=True)
def _emit(
    first: int,
    last: int,
    offsets: UInt64Array,
    codes: UInt32Array,
    head_of: Int32Array,
    purposes: UInt32Array,
    stops: BoolArray,
    pairs: UInt64Array,
    head_first: bool,
    keys: UInt64Array,
    is_for: BoolArray,
) -> int:
    """Fill (kind << 32 | head) of each title, each once; how many. Kinds of two words too."""
    used = 0
    row = np.empty(_MOST_WORDS, dtype=np.int64)
    for doc in range(first, last):
        head = head_of[doc]
        if head < 0:
            continue
        begin = used
        count = 0
        for at in range(offsets[doc], offsets[doc + 1]):
            if codes[at] < np.uint32(EXTRA) and count < _MOST_WORDS:
                row[count] = codes[at]
                count += 1
        purpose = count
        head_at = -1
        for place in range(count):
            for other in purposes:
                if row[place] == other and purpose == count:
                    purpose = place
            if row[place] == head and place < purpose and (head_at < 0 or not head_first):
                head_at = place
        for place in range(count):
            term = row[place]
            near = head_at >= 0 and place < purpose
            if head_first:
                near = near and 0 < place - head_at <= NEAR
            else:
                near = near and 0 < head_at - place <= NEAR
            behind = purpose < place <= purpose + BEHIND
            if not (near or behind) or stops[term] or term == head:
                continue
            for size in range(2):
                kind = term
                if size == 1:
                    if place == 0 or place - 1 == purpose:
                        continue
                    pair = np.uint64(row[place - 1]) << np.uint64(32) | np.uint64(term)
                    known = np.searchsorted(pairs, pair)
                    if known >= len(pairs) or pairs[known] != pair:
                        continue
                    kind = len(stops) + known
                key = np.uint64(kind) << np.uint64(32) | np.uint64(head)
                seen = False
                for before in range(begin, used):
                    seen |= keys[before] == key
                if not seen:
                    keys[used] = key
                    is_for[used] = behind
                    used += 1
    return used


def said_in_compounds(naming: Naming, forms: WordForms) -> dict[tuple[int, int], int]:
    """A noun that is a compound names what its first part does: Laptoptasche."""
    heads, counts = np.unique(naming.head_of[naming.head_of >= 0], return_counts=True)
    found = {}
    for head, count in zip(heads.tolist(), counts.tolist(), strict=True):
        parts = forms.parts_of(head)
        if parts is not None and count >= LEAST - 1:
            found[parts[0], head] = count
    return found
