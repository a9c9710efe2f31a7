"""Query → which kinds of things are meant: by name, by the names of things, by other words.

`laptop bag` names bags; `macbook` stands at the head of titles of laptops; in a shop that says
notebook, `laptop` means notebooks. See docs/types.md.
"""

import math
from dataclasses import replace
from typing import Final

from indexing.snapshot import Snapshot
from indexing.types.general_kinds import Stems, general_names, places_of_things
from indexing.types.phrases import Titles
from indexing.types.signs import HEAD_FIRST
from ranking.query.called_kinds import LEAST_HEAD
from ranking.query.compound_words import known_as_one, written_as_one
from ranking.query.heads import Asked, Head, asked_in, with_long_names
from ranking.query.kind_ways import (
    by_compound,
    by_general_names,
    by_name,
    by_names_said,
    by_noun,
    by_other_nouns,
    types_of,
)
from ranking.query.likeness_ways import by_beginning, by_likeness, by_noun_alike
from ranking.query.query import Slot
from ranking.query.thing_ways import by_known_things, by_thing_alone, by_things
from ranking.query.type_wish import LIKENESS, NO_WISH, TypeWish

LEAST_NOUN: Final = 5
"""Products of a noun's kinds from which it names them, whatever else its titles are."""


def wish_of(text: str, slots: tuple[Slot, ...], snapshot: Snapshot, thing: str) -> TypeWish:
    """text: the query without prices and what is denied. slots: what must match. thing: the text
    without brands too.

    The snapshot's titles say what names mean, for products of other segments too.
    """
    if not len(snapshot.types) or not text.strip():
        return NO_WISH
    titles = Titles(snapshot.analyzer)
    named = written_as_one(thing, snapshot)
    apart_as: dict[str, Stems] = {}
    if snapshot.config.general_kinds:
        named, apart_as = known_as_one(named, snapshot.analyzer)
    asked = asked_in(named, titles, snapshot.analyzer.languages[0] in HEAD_FIRST)
    if snapshot.config.general_kinds:
        asked = with_long_names(asked, snapshot.analyzer)
        asked = _without_things(asked, snapshot)
    head = _named_head(asked, snapshot) or (asked.heads[0] if asked.heads else None)
    whole = asked if thing == text else asked_in(text, titles, asked.head_first)
    known = by_known_things(whole, head, snapshot)
    if head is None:
        wish = known or by_things(slots, snapshot, not whole.stems)
    else:
        last = asked.heads[0]
        wish = (
            known
            or by_thing_alone(whole, slots, snapshot)
            or by_compound(asked, last, snapshot)
            or by_general_names(asked, last, snapshot, several=True)
            or by_names_said(asked, last, snapshot)
            or by_other_nouns(asked, last, snapshot)
            or by_noun_alike(asked, last, snapshot)
            or (by_compound(asked, head, snapshot) if head is not last else NO_WISH)
            or by_name(asked, head, snapshot)
            or by_general_names(asked, head, snapshot, several=False)
            or by_noun(head, snapshot)
            or by_things(slots, snapshot, model=False)
            or by_beginning(head, snapshot)
            or by_likeness(head, snapshot)
        )
    if wish.how == LIKENESS:
        others = whole.said - 1
    elif wish.single and not known:
        others = asked.said - 1
        if not general_names(asked.stems, snapshot.analyzer).said:
            others -= asked.numbers  # with its number it is one name: Nimbus 13
    else:
        others = asked.said - len(wish.phrase)
    if apart_as:
        phrase = [part for stem in wish.phrase for part in apart_as.get(stem, (stem,))]
        how = "synonym" if wish.how == "name" else wish.how
        wish = replace(wish, phrase=tuple(phrase), how=how)
    return replace(wish, others=max(others, 0), words=max(whole.said, 1))


def _without_things(asked: Asked, snapshot: Snapshot) -> Asked:
    """Less heads that are a known thing's name before a noun: `xbox 360 controller`."""
    inside = places_of_things(asked.stems, snapshot.analyzer)
    if not inside or asked.head_first:
        return asked
    places = [asked.stems.index(head.word) for head in asked.heads]
    nouns = [
        place
        for place, head in zip(places, asked.heads, strict=True)
        if place not in inside and snapshot.types.head_share(head.word) >= LEAST_HEAD
    ]
    last = max(nouns, default=-1)
    return replace(
        asked,
        heads=tuple(
            head
            for place, head in zip(places, asked.heads, strict=True)
            if place not in inside or place > last
        ),
    )


def _named_head(asked: Asked, snapshot: Snapshot) -> Head | None:
    """The likeliest head that names types; an accessory that is named is what is wanted."""
    model, best, chosen = snapshot.types, 0.0, None
    for head in asked.heads:
        kinds, chances = model.named(head.word)
        share = model.head_share(head.word)
        if share < LEAST_HEAD and model.sizes[types_of(head.word, snapshot)].sum() >= LEAST_NOUN:
            share = LEAST_HEAD
        if not len(kinds) or share < LEAST_HEAD:
            continue
        fits = float(model.accessory[kinds] @ chances)
        worth = math.sqrt(head.chance) * (0.3 + share) * (1.0 + fits)
        if worth > best:
            best, chosen = worth, head
    return chosen
