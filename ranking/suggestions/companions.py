"""Other things that go with what is typed: beside `laptop` laptop bags. See docs/suggestions.md."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind
from indexing.analysis.folding import fold
from indexing.analysis.pinyin import has_han
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import general_names
from ranking.generation import Generation
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.item import QueryItem

KIND: Final = "kind"
BESIDE: Final = "beside"
MOST: Final = 3
"""Of one answer, and no more than a third of it: completions stand before them."""
SHORTEST, SHORTEST_HAN, LONGEST = 3, 2, 40
"""Letters of a text that may name a kind."""


def with_companions(
    items: Sequence[QueryItem], chosen: Chosen, typed: str, limit: int, generation: Generation
) -> list[QueryItem]:
    """The completions, best first, then what goes with the kind that is typed.

    Where nothing is known of the text itself, the first completion of it is asked. Completions
    give up no more than the last third of their places; those that name such a thing themselves
    stay where they are, say so, and count among them. items: of `chosen`, and what they were
    parted into.
    """
    room = min(MOST, limit // 3)
    kind, known = _known(items, typed, generation.snapshot)
    if not room or not known:
        return list(items)
    kept = list(items[: limit - room])
    places = {item.suggestion_id: place for place, item in enumerate(kept)}
    said = {
        sign: places[item.suggestion_id]
        for sign, item in zip(chosen.signs, chosen.items, strict=True)
        if item.suggestion_id in places
    }
    beside = Chosen("suggest", room, generation)
    marked = 0
    for text, sign in known:
        if marked + len(beside.items) == MOST or beside.full:
            break
        if sign in said:
            item = kept[said[sign]]
            kept[said[sign]] = replace(item, more=item.more | {BESIDE: kind})
            marked += 1
        else:
            beside.offer_signed(text, sign, KIND, matched=BESIDE, beside=kind)
    signs = dict(zip((item.suggestion_id for item in chosen.items), chosen.signs, strict=True))
    rest = [
        item for item in items[len(kept) :] if signs.get(item.suggestion_id) not in beside.signs
    ]
    return [*kept, *rest[: room - len(beside.items)], *beside.items]


def _known(
    items: Sequence[QueryItem], typed: str, snapshot: Snapshot
) -> tuple[str, Sequence[tuple[str, int]]]:
    """The text that names a kind, and what goes with it."""
    whole = typed.strip()
    shortest = SHORTEST_HAN if has_han(whole) else SHORTEST
    if not len(snapshot.companions) or not shortest <= len(whole) <= LONGEST:
        return whole, ()
    found = companions_of(whole, snapshot)
    if not found and items and items[0].more.get("matched") == "prefix":
        return items[0].text, companions_of(items[0].text, snapshot)
    return whole, found


def companions_of(text: str, snapshot: Snapshot) -> list[tuple[str, int]]:
    """What goes with the kind that a text names, or that it is another name of, by signature."""
    analyzer, known = snapshot.analyzer, snapshot.companions
    if has_han(text):
        return known.of_kind("".join(text.split()))
    stems = _stems(text, analyzer)
    names = [stems]
    if snapshot.config.general_kinds and stems:
        general = general_names(stems, analyzer)
        names += general.names if general.said == stems else ()
    keys = dict.fromkeys(" ".join(name) for name in names)
    return [each for key in keys for each in known.of_kind(key)]


def _stems(text: str, analyzer: Analyzer) -> tuple[str, ...]:
    """Of the words that are no numbers and no stop words."""
    words = fold(text).split()
    if all(map(str.isalpha, words)):  # most are, and this is asked at each key
        terms = [analyzer.stem(word) for word in words]
    else:
        terms = [token.term for token in analyzer.tokens(text) if token.kind == Kind.WORD]
    stops = analyzer.stop_words
    return tuple(term for term in terms if term not in stops and not term[0].isdigit())
