"""One search, from text to page, written out: understand → recall → coarse → fine → rerank.

The root decides what needs the whole, from what the leaves (one a segment) tell.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from indexing.arrays import Float32Array
from ranking.experiments.team_draft import interleaved
from ranking.facets.arranged import arranged, with_first
from ranking.facets.facets import AUTO, DEFAULT_LIMITS, FacetLimits, count_facets
from ranking.facets.focus import focused
from ranking.facets.parts import Part
from ranking.generation import Generation
from ranking.query.near_identifiers import near_identifiers
from ranking.query.query import Query
from ranking.query.understand import query_facts
from ranking.rerank.head import rerank_head
from ranking.search.candidates import Ordered
from ranking.search.coarse import merged
from ranking.search.context import Context
from ranking.search.explain import SORT
from ranking.search.fine import fine
from ranking.search.matching import Found, Matches, find, size
from ranking.search.page import make_hits, wanted_words
from ranking.search.placing import placed
from ranking.search.preferred import preferred_first
from ranking.search.relaxed import given_up
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import Facet, Hit, SearchResult
from ranking.search.said_order import as_said, identified_first
from ranking.search.stock import sold_out_last
from ranking.suggestions.beside import Beside, beside_hits
from ranking.traffic.explore import explored


def search(
    request: SearchRequest, generation: Generation, clock: Callable[[], float]
) -> SearchResult:
    """Answer one search. Never raises for what a shopper may type."""
    context = Context.begin(request, generation, clock)
    return answered(find(context), context)


def answered(found: Found, context: Context) -> SearchResult:
    """What was found, counted, ordered and made into a page."""
    request, log = context.request, context.log
    query, answer = found.query, found.answer
    total, strict = _totals(answer, context)
    facets = _facets(found, context)
    hits: tuple[Hit, ...] = ()
    fallback: tuple[Hit, ...] = ()
    beside, features = Beside(), None
    teams: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    if request.page_size or request.extras:
        ordered = _ordered(found, context)
        with log.timed("page", len(ordered)) as stage:
            hits = make_hits(query, request, ordered, context.generation)
            stage.passed = len(hits)
        teams = _teams(request, ordered)
        given = ordered.marks(_page(request))
        beside = beside_hits(request, found.request.filters, query, answer, ordered, context)
        fallback = _fallback(found, total, context)
        features = _shown_features(request, ordered)
    return SearchResult(  # last of all: whatever runs may still be told as degraded
        query=_query_facts(found, context),
        hits=hits,
        total=total,
        total_strict=strict,
        facets=facets,
        page=request.page,
        page_size=request.page_size,
        stages=tuple(log.stages),
        degraded=tuple(log.degraded),
        relaxed=given_up(query, found.organic, context.leaves),
        did_you_mean=_meant(query, total, context),
        fallback_hits=fallback,
        refinements=beside.refinements,
        related=beside.related,
        features=features,
        teams=teams,
        marks=given,
        wanted=() if request.highlights else wanted_words(query, context.generation),
        rules=request.decision.facts(),
    )


def _query_facts(found: Found, context: Context) -> dict[str, Any]:
    facts = query_facts(found.query, context.tables)
    facts["filters"] = [each.facts() for each in found.implied]
    return facts if context.typed is None else facts | {"original": context.typed}


def _shown_features(request: SearchRequest, ordered: Ordered) -> Float32Array | None:
    """Rows of the page's products, as far as the ranker saw any."""
    if ordered.features is None:
        return None
    return ordered.features[_page(request)]


def _teams(request: SearchRequest, ordered: Ordered) -> tuple[str, ...]:
    if ordered.teams is None:
        return ()
    page = _page(request)
    sides = ordered.teams.of(ordered.candidates.keys[page])
    apart = np.array(ordered.marks(page) or [""] * len(sides)) != ""
    if ordered.placing is not None:
        by_rule = [place in ordered.placing.placed for place in range(len(ordered))[page]]
        apart |= np.array(by_rule, dtype=np.bool_)
    return tuple(  # what a rule or a budget put there speaks for neither
        "" if elsewhere else side for side, elsewhere in zip(sides, apart.tolist(), strict=True)
    )


def _page(request: SearchRequest) -> slice:
    first = (request.page - 1) * request.page_size
    return slice(first, first + request.page_size)


def _ordered(found: Found, context: Context) -> Ordered:
    """Ranked, then as the rules want it; under a sort they move nothing."""
    sort, decision = context.request.sort, context.request.decision
    if sort is not None:
        return _sorted(sort, found.answer, context)
    ordered = _ranked(found, context)
    if not decision.changes_order:
        return ordered
    with context.log.timed("rules", len(ordered)) as stage:
        ordered = placed(decision, ordered, found.answer, found.organic, context.segments)
        stage.passed = len(ordered)
    return ordered


def _ranked(found: Found, context: Context) -> Ordered:
    """In the ranker's order, or where two are compared, in that of both; new products on top."""
    rival = context.generation.rival
    ordered = rank(found.query, found.organic, context)
    if rival is not None:
        with context.log.timed("interleave", len(ordered)) as stage:
            other = rank(found.query, found.organic, context.under(rival.generation))
            ordered = interleaved(ordered, other, rival, context)
            stage.passed = len(ordered)
    if context.generation.exposure is not None and context.request.diversity:
        with context.log.timed("explore", len(ordered)) as stage:
            ordered = explored(found.query, ordered, context)
            stage.passed = len(ordered)
    return ordered


def rank(query: Query, answer: Matches, context: Context) -> Ordered:
    """Coarse → fine → rerank, each only while the deadline allows."""
    policy, log, deadline = context.policy, context.log, context.deadline
    demote = context.tables.config.out_of_stock == "demote"
    with log.timed("coarse", size(answer)) as stage:
        coarse = choose(query, answer, context, policy.coarse_pool)
        stage.passed = len(coarse)
    if deadline.passed():
        log.skip("fine", "budget", len(coarse), degrades=True)
        if context.request.diversity:
            log.skip("rerank", "budget", len(coarse), degrades=True)
        return coarse
    with log.timed("fine", min(policy.fine_pool, len(coarse))) as stage:
        ordered = fine(query, coarse, context)
        stage.passed = stage.taken  # the rest goes by, in coarse order
    if not context.request.diversity:
        log.skip("rerank", "not asked", len(ordered))
    elif deadline.passed():
        log.skip("rerank", "budget", len(ordered), degrades=True)
    else:
        with log.timed("rerank", min(policy.head, len(ordered))) as stage:
            told = context.request.explain
            ordered = rerank_head(query, ordered, context.generation, told=told)
            stage.passed = stage.taken
    if context.request.implied or query.denied:
        ordered = as_said(query, ordered, context.segments)
    ordered = identified_first(query, ordered)
    ordered = preferred_first(context.request.preferred, ordered, context.segments)
    return sold_out_last(ordered, context.segments) if demote else ordered


def choose(query: Query, answer: Matches, context: Context, pool: int) -> Ordered:
    """At most `pool` groups, each by its best product, best first; ties by key.

    Where the index demotes what is sold out, any product in stock comes before any that is not.
    """
    demote = context.tables.config.out_of_stock == "demote"
    pairs = [pair for pair in zip(context.leaves, answer, strict=True) if len(pair[1])]
    pairs = pairs or [(context.leaves[0], answer[0])]
    best = np.max([leaf.best(part) for leaf, part in pairs], axis=0)
    chosen, least = [], -np.inf
    for leaf, part in pairs:
        found, scores = leaf.select(query, part, best, pool, least, demote=demote)
        if len(scores) == pool:  # no other segment's are among the pool with less
            least = max(least, float(scores[-1]))
        chosen.append((found, scores))
    return Ordered(*merged(chosen, pool, falling=True))


def _sorted(sort: Sort, answer: Matches, context: Context) -> Ordered:
    """The whole answer set in the asked order; only the page is made into candidates."""
    config = context.tables.config
    demote = config.out_of_stock == "demote" and config.demote_when_sorted
    with context.log.timed("sort", size(answer)) as stage:
        wanted = context.request.page * context.request.page_size
        pairs = zip(context.leaves, answer, strict=True)
        chosen = [leaf.sorted(part, sort, wanted, demote=demote) for leaf, part in pairs]
        candidates, _ = merged(chosen, wanted, falling=False)
        stage.passed = len(candidates)
    return Ordered(candidates, np.zeros(len(candidates), dtype=np.float32), ranked_by=SORT)


def _totals(answer: Matches, context: Context) -> tuple[int, int]:
    pairs = list(zip(context.leaves, answer, strict=True))
    total = sum(leaf.groups(part.doc_ids) for leaf, part in pairs)
    return total, sum(leaf.groups(part.doc_ids[part.levels == 0]) for leaf, part in pairs)


def _facets(found: Found, context: Context) -> dict[str, Facet]:
    request, tables = context.request, context.tables
    if not request.facets:
        return {}
    asked, chosen = request.facets, tables.config.facets
    most, wanted = request.auto_facets, request.decision.facets
    if wanted is not None:
        asked = with_first(asked, wanted, tables.columns.fields())
    if chosen is not None and AUTO in asked:  # the shop's own choice, as far as it has them
        there = [name for name in chosen if name in tables.columns.fields()]
        there = there[: max(DEFAULT_LIMITS.fields - len(asked), 0)]
        asked = tuple(dict.fromkeys([*(n for n in asked if n != AUTO), *there]))
    asked = focused(asked, found.query.categories, parts_of(found.answer, context), most)
    with context.log.timed("facets", size(found.matches)) as stage:
        limits = FacetLimits(
            values=request.facet_limit,
            field_values=request.facet_limits,
            auto=most,
            number_values=request.number_values,
        )
        parts = parts_of(found.matches, context)
        kept = len(request.filters) if request.facets_keep_own else 0  # never the implied ones
        facets = count_facets(parts, found.request.filters, asked, limits, kept)
        if request.forced:
            facets = {name: facet.seen() for name, facet in facets.items()}
        stage.passed = len(facets)
    return facets if wanted is None else arranged(facets, wanted)


def parts_of(matches: Matches, context: Context) -> list[Part]:
    """The documents as facets count them."""
    pairs = zip(context.segments, matches, strict=True)
    return [Part(segment.columns, part.doc_ids) for segment, part in pairs]


def _fallback(found: Found, total: int, context: Context) -> tuple[Hit, ...]:
    """What the query finds without the filters that leave nothing of it; apart from the hits."""
    if total or not found.request.filters or not size(found.matches):
        return ()
    ordered = rank(found.query, found.matches, context)
    first = replace(context.request, page=1)
    return make_hits(found.query, first, ordered, context.generation)


def _meant(query: Query, total: int, context: Context) -> tuple[str, ...]:
    """What else the shopper may have meant: a correction not taken, or identifiers nearby.

    Identifiers of products that the asker must not see are not told.
    """
    if query.identifier is not None:
        return (
            ()
            if total or context.request.forced
            else near_identifiers(query.identifier, context.segments)
        )
    if query.correction is None or query.corrected:
        return ()
    return (query.correction.text,)
