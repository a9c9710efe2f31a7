"""Compounds of German, Dutch and Nordic words, by their heads: Handtasche is a Tasche.

A head is a word of the catalogue that ends another one. What stands before it is a word of the
catalogue, too, with or without a linking letter; or it can be one, and both stand on products of
the same category: Rat is not in Fahrrad, and no Lade in Schokolade. A long head, and one behind an
s that only links, needs no such witness, nor does a noun that goods are generally called by
(`head_nouns.py`), which products need not even say; but not where the shop keeps both apart by the
names of its categories.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import Int64Array
from indexing.forms.forms import MOST, NONE, WordForms
from indexing.forms.joined import JoinedPairs
from indexing.postings.postings import BITS, MAX_TF, Field, InvertedIndex

LINKING: Final = {
    "de": ("", "s", "n", "en", "es", "er", "e", "ens", "ns"),
    "nl": ("", "s", "en", "n", "e", "er"),
    "sv": ("", "s", "e", "o", "a", "u"),
    "da": ("", "s", "e", "er"),
    "no": ("", "s", "e", "er"),
    "fi": ("", "n", "en"),
}
_LEAST_HEAD, _LEAST_MODIFIER = 3, 3
_LEAST_UNKNOWN: Final = 3
_SAMPLE: Final = 200
_LONG_HEAD, _LEAST_LINKED = 7, 5
_LINKED: Final = re.compile("[bdfgklmnprt]s$")
_VOWEL = re.compile("[aeiouy]")
_CATEGORY: Final = np.uint32(BITS * Field.CATEGORY)


@lru_cache(maxsize=16)
def links_of(languages: tuple[str, ...]) -> tuple[str, ...]:
    """What may link the parts of a compound, the shortest first; none where words are not joined.

    In one order in every process, so that the same catalogue gives the same forms.
    """
    links = {link for name in languages for link in LINKING.get(name, ())}
    return tuple(sorted(links, key=lambda link: (len(link), link)))


def find_forms(
    index: InvertedIndex,
    pairs: JoinedPairs,
    terms: Sequence[str],
    analyzer: Analyzer,
    leaves: Int64Array,
    compounds: bool,
    nouns: Mapping[str, str],
) -> WordForms:
    """terms: by provisional id, as in `pairs`. leaves: int64[n], category of each document, or -1.

    compounds: whether to look for them, in the index's languages that have them. nouns: compound →
    the noun that it surely ends in.
    """
    lexicon = index.lexicon
    joined = {}
    for key, whole in zip(pairs.keys.tolist(), pairs.wholes.tolist(), strict=True):
        first, second = terms[key >> 32], terms[key & 0xFFFFFFFF]
        joined[lexicon.id_of(first) << 32 | lexicon.id_of(second)] = lexicon.id_of(terms[whole])
    links = links_of(analyzer.languages)
    split: dict[int, tuple[int, int]] = {}
    if compounds and links:
        split = dict(_compounds(index, analyzer, leaves, links, nouns))
    for compound, (modifier, head) in split.items():
        if modifier != NONE:
            joined.setdefault(modifier << 32 | head, compound)
    keys = np.array(sorted(joined), dtype=np.uint64)
    heads: dict[int, list[int]] = {}
    freqs = index.statistics.doc_freqs
    for compound in sorted(split, key=lambda each: (-int(freqs[each]), each)):
        for head in _heads_of(compound, split):
            ending = heads.setdefault(head, [])
            if len(ending) < MOST:
                ending.append(compound)
    ordered = sorted(heads)
    offsets = np.zeros(len(ordered) + 1, dtype=np.int64)
    np.cumsum([len(heads[head]) for head in ordered], out=offsets[1:])
    names = sorted(split)
    return WordForms(
        pairs=keys,
        wholes=np.array([joined[int(key)] for key in keys], dtype=np.uint32),
        heads=np.array(ordered, dtype=np.uint32),
        offsets=offsets,
        compounds=np.array([each for head in ordered for each in heads[head]], dtype=np.uint32),
        split=np.array(names, dtype=np.uint32),
        parts=np.array([split[name] for name in names], dtype=np.uint32).reshape(-1, 2),
    )


def _heads_of(compound: int, split: Mapping[int, tuple[int, int]]) -> Iterator[int]:
    """Its head, and the heads of that: Akkustaubsauger, Staubsauger, Sauger. Each is shorter."""
    while compound in split:
        compound = split[compound][1]
        yield compound


def _compounds(
    index: InvertedIndex,
    analyzer: Analyzer,
    leaves: Int64Array,
    links: Sequence[str],
    nouns: Mapping[str, str],
) -> Iterator[tuple[int, tuple[int, int]]]:
    """(compound, (modifier, head)), of each word its likeliest cut."""
    known = {index.lexicon.terms[term_id]: term_id for term_id in range(len(index.lexicon))}
    known = {term: term_id for term, term_id in known.items() if term.isalpha()}
    freqs = index.statistics.doc_freqs
    for term, term_id in known.items():
        if len(term) < _LEAST_HEAD + _LEAST_MODIFIER:
            continue
        noun = nouns.get(term, "")
        if noun in known and not _kept_apart(term_id, known[noun], index, leaves):
            before = term.removesuffix(noun)
            modifier = _modifier(before, known, analyzer, links) if before != term else None
            yield term_id, (NONE if modifier is None else modifier, known[noun])
            continue
        best = (-1.0, NONE, NONE)
        for end in range(_LEAST_MODIFIER, len(term) - _LEAST_HEAD + 1):
            head = known.get(term[end:])
            if head is None:
                continue
            modifier = _modifier(term[:end], known, analyzer, links)
            if modifier is None:
                plausible = end >= _LEAST_UNKNOWN and _VOWEL.search(term[:end])
                if plausible and (
                    _says_itself(term[:end], term[end:])
                    or _share_category(term_id, head, index, leaves)
                ):
                    best = max(best, (float(len(term) - end), NONE, head), key=_first)
            else:
                worth = 100.0 + float(np.log1p(freqs[head]) + np.log1p(freqs[modifier]))
                best = max(best, (worth, modifier, head), key=_first)
        if best[2] != NONE:
            yield term_id, (best[1], best[2])


def _first(each: tuple[float, int, int]) -> float:
    return each[0]


def _says_itself(before: str, head: str) -> bool:
    """Whether a compound is one by its letters: Arbeitshandschuhe, where Arbeit is no word here."""
    return len(head) >= _LONG_HEAD or (len(head) >= _LEAST_LINKED and bool(_LINKED.search(before)))


def _modifier(
    text: str, known: dict[str, int], analyzer: Analyzer, links: Sequence[str]
) -> int | None:
    for link in links:
        bare = text.removesuffix(link) if link and text.endswith(link) else text
        if (link and bare == text) or len(bare) < _LEAST_MODIFIER:
            continue
        found = known.get(analyzer.stem(bare), known.get(bare))
        if found is not None:
            return found
    return None


def _kept_apart(one: int, other: int, index: InvertedIndex, leaves: Int64Array) -> bool:
    """Whether the shop has categories called by each that share no product: Bord, Skrivbord."""
    first, second = (
        leaves[docs[(tfs >> _CATEGORY) & np.uint32(MAX_TF) > 0][:_SAMPLE]]
        for docs, tfs in (index.postings(one), index.postings(other))
    )
    both = len(first) > 0 and len(second) > 0
    return both and not np.isin(first, second).any()


def _share_category(one: int, other: int, index: InvertedIndex, leaves: Int64Array) -> bool:
    first, second = (leaves[index.postings(term)[0][:_SAMPLE]] for term in (one, other))
    return bool(np.isin(first[first >= 0], second).any())
