"""Which products a request is about: understand, recall, filter. What needs the whole is decided
here, from what the leaves tell: the level, the quotas of channels, the filters of the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.behaviour.facts import Facts
from ranking.query.clicked_kinds import with_clicks
from ranking.query.predict import with_kind
from ranking.query.query import Query
from ranking.query.query_filters import Implied, clauses_of, implied_filters
from ranking.query.understand import understand
from ranking.query.widening import widened
from ranking.recall.channels import BY_MEANING, CHANNELS, Channel
from ranking.recall.hits import Hits, best_hits, equally_good
from ranking.recall.identifier import exact
from ranking.recall.lexical import LexicalMatches, Scoring, level_of
from ranking.recall.popular import QUOTA, popular
from ranking.search.context import Context
from ranking.search.decided import under_rules, without_added
from ranking.search.match_set import NOTHING, MatchSet, combine, everything, found_by
from ranking.search.request import SearchRequest

Matches = tuple[MatchSet, ...]
"""A match set: a part for each leaf, in their order."""
Matched = tuple[Query, Matches]
"""A query, and its match set before filters, less what the index hides."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a request is about.

    request: as it came, with the filter that its text implies. matches: before filters, less what
    the index, rules and the asker's key hide, with what rules pin. answer: the part that passes
    them. organic: the part of it that is not there by a pin alone.
    """

    request: SearchRequest
    query: Query
    matches: Matches
    answer: Matches
    implied: tuple[Implied, ...]
    organic: Matches


def find(context: Context, matched: Matched | None = None) -> Found:
    """Understand → recall → filter; training and evaluation begin here too.

    matched: what `match_text` found for the same text, generation and understanding.
    """
    request, log = context.request, context.log
    query, matches = matched or match_text(context)
    facts = context.generation.facts
    if request.profile is not None or request.region is not None:
        place = None if facts is None or request.region is None else facts.region(request.region)
        query = replace(query, profile=request.profile, region=place)
    matches, added = under_rules(request.decision, matches, context)
    if request.forced:
        matches = _allowed(matches, context)
    implied = implied_filters(query, request, matches, context.segments)
    if implied:
        request = replace(request, filters=(*request.filters, *clauses_of(implied)))
    with log.timed("filter", size(matches)) as stage:
        pairs = zip(context.leaves, matches, strict=True)
        answer = tuple(leaf.passing(part, request.filters) for leaf, part in pairs)
        stage.passed = size(answer)
    return Found(request, query, matches, answer, implied, without_added(answer, added))


def match_text(context: Context) -> Matched:
    """Understand → recall: the part of a search that its filters, facets, sort and page do not
    change, so searches of one text may share it (`several.py`).
    """
    request, log = context.request, context.log
    with log.timed("understand") as stage:
        query = understand(
            request, context.tables, context.generation.rules.synonyms, context.policy.min_matches,
            context.segments,
        )  # fmt: skip
        facts = context.generation.facts
        if facts is not None:
            query = _as_clicked(query, facts, context)
        stage.passed = len(query.slots)
    matches = match(query, context)
    wider = _widened(query, matches, context)
    if wider is not None:
        query, matches = wider, match(wider, context)
    if context.tables.config.out_of_stock == "hide":
        matches = _offered(matches, context)
        if not size(matches):
            matches = _offered(_last_resort(query, context), context)
    return query, matches


def _as_clicked(query: Query, facts: Facts, context: Context) -> Query:
    """With what shoppers did after it, and the kinds of things that this says."""
    clicked = facts.clicked(context.request.text)
    query = replace(query, clicked=clicked, facts=facts)
    if not len(clicked) or query.identifier is not None or not context.request.categories:
        return query
    words = tuple(slot.text for slot in query.required)
    kind = with_clicks(query.kind, words, clicked, facts, context.tables, context.segments)
    return replace(query, kind=kind, categories=with_kind(query.prediction, kind, context.tables))


def size(matches: Matches) -> int:
    """Documents of all parts."""
    return sum(len(part) for part in matches)


def match(query: Query, context: Context) -> Matches:
    """What the query is about, before filters."""
    if query.vector is None and (not query.text.strip() or _only_price(query)):
        return tuple(everything(segment) for segment in context.segments)
    strict = not context.request.relax or query.identifier is not None
    words = _by_words(query, context, relax=not strict)
    found = [("identifier", [exact(query, segment) for segment in context.segments])]
    found += _by_channels(query, context, strict=strict)
    matches = tuple(
        combine(words[number], [(name, hits[number]) for name, hits in found])
        for number in range(len(words))
    )
    return matches if size(matches) else _last_resort(query, context)


def _by_words(query: Query, context: Context, *, relax: bool) -> list[LexicalMatches]:
    """Documents at the first level that `min_matches` products of all segments reach."""
    leaves, policy = context.leaves, context.policy
    with context.log.timed("recall_lexical", len(query.slots)) as stage:
        docs, level = [leaf.strict(query.slots) for leaf in leaves], 0
        if relax and query.required and sum(map(len, docs)) < policy.min_matches:
            covered = [leaf.covered(query.slots) for leaf in leaves]
            level = level_of([each.counts for each in covered], policy.min_matches)
            docs = [each.reaching(level) for each in covered]
        scoring = Scoring.of(query.slots, policy.bm25, context.tables.index.statistics)
        words = [leaf.scored(part, scoring, level) for leaf, part in zip(leaves, docs, strict=True)]
        stage.passed = sum(map(len, words))
    return words


def _by_channels(query: Query, context: Context, *, strict: bool) -> list[tuple[str, list[Hits]]]:
    """What the other channels find, each while there is time; their hits by leaf."""
    found = []
    for channel in CHANNELS:
        if channel.find is None:
            continue
        stage_name, why_not = f"recall_{channel.name}", channel.why_not(query, strict)
        if why_not is not None or context.deadline.passed():
            context.log.skip(stage_name, why_not or "budget", degrades=why_not is None)
            continue
        with context.log.timed(stage_name, 1) as stage:
            hits = _found_by(channel, query, context)
            if channel.quota is not None:
                hits = shared(hits, channel.quota, context)
            stage.passed = sum(map(len, hits))
        found.append((channel.name, hits))
    return found


def _found_by(channel: Channel, query: Query, context: Context) -> list[Hits]:
    """Of every leaf; those that cannot be among the best of all may be left out."""
    hits, least = [], -np.inf
    for leaf in context.leaves:
        found = leaf.hits(channel, query, least)
        if channel.quota is not None and len(found) >= channel.quota:
            least = max(least, float(found.scores.min()))
        hits.append(found)
    return hits


def shared(hits: Sequence[Hits], quota: int, context: Context) -> list[Hits]:
    """The best `quota` of all leaves' hits, equal ones by key."""
    keys = [segment.columns.keys for segment in context.segments]
    return best_hits(hits, quota, keys)


def _widened(query: Query, matches: Matches, context: Context) -> Query | None:
    """The query with farther synonyms, where dropping words left too little."""
    by_words = sum(int((part.levels < BY_MEANING).sum()) for part in matches)
    request, least = context.request, context.policy.min_matches
    if not (request.relax and request.synonyms) or by_words >= least:
        return None
    return widened(query, context.generation.rules.synonyms, context.tables)


def _allowed(matches: Matches, context: Context) -> Matches:
    """The part that the asker may see."""
    pairs = zip(context.leaves, matches, strict=True)
    return tuple(leaf.passing(part, context.request.forced) for leaf, part in pairs)


def _offered(matches: Matches, context: Context) -> Matches:
    pairs = zip(context.leaves, matches, strict=True)
    return tuple(leaf.offered(part) for leaf, part in pairs)


def _last_resort(query: Query, context: Context) -> Matches:
    """Nothing matches: popular products, of the category that is meant if that is known.

    None if the shopper wants this thing or nothing.
    """
    if not context.request.relax or query.identifier is not None:
        context.log.skip("recall_popular", "strict")
        return (NOTHING,) * len(context.leaves)
    with context.log.timed("recall_popular") as stage:
        liked = shared([popular(query, each) for each in context.segments], QUOTA, context)
        stage.passed = sum(map(len, liked))
    return tuple(found_by("popular", equally_good(hits.doc_ids, 0.0)) for hits in liked)


def _only_price(query: Query) -> bool:
    """Nothing but a price was said: everything at that price is asked for."""
    return query.price is not None and not query.slots
