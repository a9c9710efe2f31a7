"""Text → `Query`: each step is a file, and each can be switched off by the request."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any, Final

from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import InvertedIndex
from indexing.snapshot import Snapshot
from ranking.query.analyse import identifier_of, unlabelled
from ranking.query.cjk_words import by_words
from ranking.query.correct import Correction, propose
from ranking.query.entities import Entity, Other, brand_places, find_entities
from ranking.query.glued import apart
from ranking.query.kind_names import with_names
from ranking.query.kinds import wish_of
from ranking.query.meaning import meaning_of, text_without
from ranking.query.negation import find_denials, named_denials, without_denied
from ranking.query.parsed import parse
from ranking.query.predict import NOTHING, predict, with_kind
from ranking.query.quantity_phrases import QuantityWish, age_words, find_quantities, limit_words
from ranking.query.query import Denial, Query, Slot
from ranking.query.synonyms import NO_SYNONYMS, Said, Synonyms, expand, find_said
from ranking.query.term_weights import weighed, with_noun
from ranking.query.type_wish import NO_WISH
from ranking.recall.lexical import count_strict
from ranking.search.request import SearchRequest

CORRECTED_BOOST: Final = 0.9
LEAST_TOGETHER: Final = 3
"""Products with a corrected word and another word of the query."""


def understand(
    request: SearchRequest,
    snapshot: Snapshot,
    synonyms: Synonyms = NO_SYNONYMS,
    min_matches: int = 100,
    segments: Sequence[Snapshot] = (),
) -> Query:
    """Cut the text into slots, correct it, see what it names, and find its vector.

    A vector of the request takes the text's place. min_matches: of a literal query that finds
    fewer products, a correction that finds more is taken. segments: that hold the products, the
    snapshot alone if none are given; its tables are for all of them.
    """
    indexes = [segment.index for segment in segments or (snapshot,)]
    text, labelled = unlabelled(request.text)
    identifier = labelled or identifier_of(text)
    correction, corrected = _glued(identifier, text, request, snapshot), False
    if correction is not None:
        identifier = None
    plain = identifier is not None  # it is not prose
    parsed = parse(text, snapshot, request.entities and not plain)
    if correction is not None:
        parsed, corrected = parse(correction.text, snapshot, request.entities), True
    elif request.correct and not plain:
        price = parsed.price
        understood = (0, 0) if price is None else (price.start, price.end)
        correction = propose(parsed.words.text, snapshot, synonyms.words, understood)
    if correction is not None and not corrected:
        meant = parse(correction.text, snapshot, request.entities)
        meant = replace(meant, slots=_marked(meant.slots, correction, snapshot))
        if _finds_more(meant.slots, parsed.slots, indexes, min_matches):
            parsed, corrected = meant, True
    words, taken = parsed.words, parsed.taken
    said: tuple[Said, ...] = ()
    if request.synonyms:
        said = find_said(words, synonyms.also, synonyms.longest)
    slots, expansions = expand(parsed.slots, said, words, snapshot.index.statistics)
    denied: tuple[Denial, ...] = ()
    if request.entities and not plain:
        denied = find_denials(words, slots, snapshot, taken, indexes)
        slots = without_denied(slots, denied)
    aside = taken | {place for each in denied for place in each.places}
    prediction = NOTHING
    if request.categories and not plain:
        unsaid = aside | limit_words(words) if request.entities else aside
        prediction = predict(words, snapshot, unsaid, _first_of(said))
    entities: tuple[Entity, ...] = ()
    quantities: tuple[QuantityWish, ...] = ()
    if request.entities and not plain:
        others = [Other(s.start, s.length, a.text, a.names) for s in said for a in s.also]
        entities = find_entities(words, snapshot, prediction, aside | age_words(words), others)
        denied = named_denials(denied, words, snapshot, prediction)
        slots = weighed(slots, entities, words)
        quantities = find_quantities(words, snapshot, prediction, aside)
        slots = _not_required(slots, {place for each in quantities for place in each.places})
    slots = by_words(slots, words, snapshot)
    vector = request.vector
    kind = NO_WISH
    if request.categories:
        rest = text_without(words, aside)
        thing = text_without(words, aside | brand_places(entities))
        kind = wish_of(rest, slots, snapshot, thing if thing.strip() else rest)
        slots = with_noun(slots, entities, kind)
    if request.synonyms:
        phrases = _first_of([phrase for phrase in said if phrase.length > 1])
        slots, added = with_names(slots, kind, words, snapshot, phrases.keys())
        expansions = (*expansions, *added)
    if vector is None and request.semantic:
        meaning = meaning_of(words, aside, slots, snapshot)
        encoded = snapshot.encoder.encode_query(meaning) if meaning.strip() else None
        vector = encoded if encoded is not None and encoded.any() else None
    return Query(
        text=words.text,
        slots=slots,
        vector=vector,
        identifier=identifier,
        typed=request.text,
        correction=correction,
        corrected=corrected,
        expansions=expansions,
        entities=entities,
        price=parsed.price,
        prediction=prediction,
        categories=with_kind(prediction, kind, snapshot),
        quantities=quantities,
        kind=kind,
        denied=denied,
        words=words,
    )


def query_facts(query: Query, snapshot: Snapshot) -> dict[str, Any]:
    """What was understood, for the answer's `query` object."""
    correction = query.correction
    return {
        "original": query.typed,
        "corrected": correction.text if correction is not None and query.corrected else None,
        "correction": None
        if correction is None
        else {
            "text": correction.text,
            "applied": query.corrected,
            "changes": [
                {"typed": each.typed, "meant": each.meant, "kind": each.kind}
                for each in correction.changes
            ],
        },
        "terms": [slot.text for slot in query.required],
        "expansions": [
            {"said": each.said, "also": each.also} | ({"widened": True} if each.wide else {})
            for each in query.expansions
        ],
        "entities": [entity.facts() for entity in query.entities],
        "denied": [each.text for each in query.denied],
        "categories": query.categories.facts(snapshot),
        "kinds": query.kind.facts(snapshot),
        "identifier": query.identifier,
    }


def _glued(
    identifier: str | None, text: str, request: SearchRequest, snapshot: Snapshot
) -> Correction | None:
    """The words of what looks like an identifier but is none that the catalogue knows."""
    if identifier is None or not request.correct:
        return None
    find = snapshot.index.lexicon.id_of
    if any(
        find(term) != UNKNOWN
        for term in (identifier, snapshot.analyzer.identifier_term(identifier))
    ):
        return None
    return apart(text, snapshot)


def _not_required(slots: tuple[Slot, ...], places: Set[int]) -> tuple[Slot, ...]:
    """What is said as a limit still scores, but another value may satisfy it."""
    made = tuple(replace(slot, weight=0.0) if slot.position in places else slot for slot in slots)
    return made if any(slot.weight > 0 for slot in made) else slots


def _first_of(said: Sequence[Said]) -> dict[int, tuple[int, ...]]:
    """Position → the first synonym of the phrase there."""
    return {
        place: phrase.also[0].term_ids
        for phrase in said
        for place in range(phrase.start, phrase.start + phrase.length)
    }


def _marked(
    slots: tuple[Slot, ...], correction: Correction, snapshot: Snapshot
) -> tuple[Slot, ...]:
    """The slots of corrected words say so, and weigh a little less."""
    changed = {
        token.term
        for change in correction.changes
        for token in snapshot.analyzer.tokens(change.meant)
    }
    return tuple(
        slot
        if slot.text not in changed
        else replace(
            slot,
            alternatives=tuple(
                replace(each, boost=each.boost * CORRECTED_BOOST, origin="correction")
                for each in slot.alternatives
            ),
        )
        for slot in slots
    )


def _finds_more(
    meant: tuple[Slot, ...],
    typed: tuple[Slot, ...],
    indexes: Sequence[InvertedIndex],
    min_matches: int,
) -> bool:
    """Whether a correction is taken: what was typed finds too little, and it finds more.

    Where neither finds products with all words, it is taken if the typed words are unknown and
    each new one stands in products with another word of the query.
    """
    literal, corrected = count_strict(typed, indexes), count_strict(meant, indexes)
    if literal or corrected:
        return literal < min_matches and corrected > literal
    new = [slot for slot in meant if slot.weight > 0 and _is_corrected(slot)]
    unknown = [slot for slot in typed if slot.weight > 0 and not slot.alternatives]
    others = [slot for slot in meant if slot.weight > 0 and not _is_corrected(slot)]
    return (
        bool(new)
        and len(unknown) >= len(new)
        and all(
            any(count_strict((slot, other), indexes) >= LEAST_TOGETHER for other in others)
            for slot in new
        )
    )


def _is_corrected(slot: Slot) -> bool:
    return any(each.origin == "correction" for each in slot.alternatives)
