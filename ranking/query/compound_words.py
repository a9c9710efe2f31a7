"""A compound that the catalogue has not, as the words that it is made of: Trink+flaschen+deckel.

The catalogue knows each part as a word, with or without a linking element behind it; the last is
the head. A word that is known as it is, is never cut: Rat is not in Fahrrad.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.forms.compounds import links_of
from indexing.forms.forms import WordForms
from indexing.postings.doc_sets import intersect
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.postings.postings import InvertedIndex
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import Stems, general_names
from ranking.query.called_kinds import LEAST_HEAD
from ranking.query.kind_ways import types_of

LEAST: Final = ((4, 4), (3, 4), (3, 3))
"""Letters of each modifier and of the head: short ones (Tee, Bad, låg) where nothing else cuts."""
LEAST_SHORT: Final = 3
MOST_PARTS: Final = 4
MOST_LETTERS: Final = 48
MOST_CUTS: Final = 4
MOST_WORDS: Final = 8


def cuts_of(word: str, analyzer: Analyzer, lexicon: Lexicon) -> list[tuple[int, ...]]:
    """Term ids of its parts, the head last; the cuts into the fewest parts, longest head first.

    At most `MOST_CUTS`; none if it is no compound of words that the catalogue has.
    """
    links = links_of(analyzer.languages)
    if not links or not word.isalpha() or not 2 * LEAST_SHORT < len(word) <= MOST_LETTERS:
        return []
    ids: dict[str, int] = {}

    def known(text: str) -> int:
        if text not in ids:
            ids[text] = lexicon.id_of(analyzer.stem(text))
            if text in analyzer.stop_words:
                ids[text] = UNKNOWN
        return ids[text]

    for least in LEAST:
        for count in range(2, MOST_PARTS + 1):
            cuts = _cuts(word, count, least, ("",), known, links)
            found = list(dict.fromkeys(islice(cuts, MOST_CUTS)))
            if found:
                return found
    return []


def _cuts(
    text: str,
    count: int,
    least: tuple[int, int],
    ends: tuple[str, ...],
    known: Callable[[str], int],
    links: tuple[str, ...],
) -> Iterator[tuple[int, ...]]:
    """The text in so many parts, the longest last one first. ends: what may stand behind it."""
    shortest = least[ends == ("",)]
    if count == 1:
        found = _part(text, ends, shortest, known)
        if found != UNKNOWN:
            yield (found,)
        return
    for begin in range(least[0] * (count - 1), len(text) - shortest + 1):
        last = _part(text[begin:], ends, shortest, known)
        if last != UNKNOWN:
            for before in _cuts(text[:begin], count - 1, least, links, known, links):
                yield (*before, last)


def _part(text: str, ends: tuple[str, ...], least: int, known: Callable[[str], int]) -> int:
    """Term id of the word that the text is with one of these ends, or UNKNOWN."""
    for end in ends:
        bare = text.removesuffix(end)
        if len(bare) >= least and len(bare) == len(text) - len(end):
            found = known(bare)
            if found != UNKNOWN:
                return found
    return UNKNOWN


def apart(parts: tuple[int, ...], forms: WordForms) -> tuple[int, ...]:
    """The parts, those apart that are compounds of words themselves: Flaschendeckel."""
    for _ in range(MOST_PARTS):
        inner = [forms.parts_of(part) or (part,) for part in parts]
        finer = tuple(term for each in inner for term in each)
        if len(finer) == len(parts):
            break
        parts = finer
    return parts


def together(parts: tuple[int, ...], index: InvertedIndex) -> bool:
    """Whether some product has all the parts."""
    found = index.there(index.postings(parts[-1])[0])
    for part in parts[:-1]:
        found = intersect(found, index.postings(part)[0])
    return len(found) > 0


def names_kind(term: int, snapshot: Snapshot) -> bool:
    """Whether what has the term for its head is of a kind that is known."""
    head = snapshot.index.lexicon.terms[term]
    return snapshot.types.head_share(head) >= LEAST_HEAD


def written_as_one(text: str, snapshot: Snapshot) -> str:
    """The text with pairs of words as one that the catalogue writes as one: `kamera tasche`.

    Only where no kind of thing is called by the second alone; that of the first is not meant then.
    """
    analyzer, lexicon = snapshot.analyzer, snapshot.index.lexicon
    links = links_of(analyzer.languages)

    def written(first: str, second: str) -> str:
        if len(types_of(analyzer.stem(second), snapshot)):
            return ""
        wholes = (first + link + second for link in links)
        return next((w for w in wholes if lexicon.id_of(analyzer.stem(w)) != UNKNOWN), "")

    return _with_pairs_as_one(text, written) if links else text


def known_as_one(text: str, analyzer: Analyzer) -> tuple[str, dict[str, Stems]]:
    """The text with pairs of words as one that are a kind's general name as one, `game pad`, and
    only so; and the stems of the two by that of the one.
    """
    apart_as: dict[str, Stems] = {}

    def known(first: str, second: str) -> str:
        stem = analyzer.stem(first + second)
        pair = (analyzer.stem(first), analyzer.stem(second))
        if not general_names((stem,), analyzer).said or general_names(pair, analyzer).said == pair:
            return ""
        apart_as[stem] = pair
        return first + second

    return _with_pairs_as_one(text, known), apart_as


def _with_pairs_as_one(text: str, as_one: Callable[[str, str], str]) -> str:
    """as_one: two neighbours as one word, or "" where they stay two. Long texts stay."""
    words = text.split()
    if len(words) > MOST_WORDS:
        return text
    at = 0
    while at + 1 < len(words):
        first, second = words[at], words[at + 1]
        whole = as_one(first, second) if first.isalpha() and second.isalpha() else ""
        if whole:
            words[at : at + 2] = [whole]
        at += 1
    return " ".join(words)
