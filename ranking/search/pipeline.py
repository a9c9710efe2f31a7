"""One search, from text to page, written out: understand → recall → coarse → fine → rerank."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import UInt32Array
from indexing.snapshot import Snapshot
from ranking.facets.facets import AUTO, DEFAULT_LIMITS, FacetLimits, count_facets
from ranking.facets.focus import focused
from ranking.filters.filters import Filter, evaluate_all, full_mask
from ranking.generation import Generation
from ranking.query.near_identifiers import near_identifiers
from ranking.query.query import Query
from ranking.query.query_filters import Implied, clauses_of, implied_filters
from ranking.query.understand import query_facts, understand
from ranking.query.widening import widened
from ranking.recall import lexical
from ranking.recall.channels import BY_MEANING, CHANNELS, POPULAR
from ranking.recall.hits import Hits
from ranking.recall.identifier import exact
from ranking.recall.popular import popular
from ranking.rerank.head import rerank_head
from ranking.search.candidates import Ordered
from ranking.search.coarse import as_candidates, choose, top
from ranking.search.deadline import Deadline
from ranking.search.explain import SORT
from ranking.search.fine import fine
from ranking.search.hits import make_hits
from ranking.search.match_set import NOTHING, MatchSet, combine, everything, found_by
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import Facet, Hit, Relaxed, SearchResult
from ranking.search.sorting import collapse, count_groups, order_by
from ranking.search.stages import StageLog
from ranking.search.stock import sold_out, sold_out_last, without_sold_out
from ranking.suggestions.beside import beside_hits

SIMILAR_WIDTH = 4
"""Neighbours looked at for each similar product shown, as variants share a place."""


def search(
    request: SearchRequest, generation: Generation, clock: Callable[[], float]
) -> SearchResult:
    """Answer one search. Never raises for what a shopper may type."""
    log = StageLog(clock)
    log.degraded.extend(generation.degraded)
    budget_ms = generation.policy.budget_ms if request.budget_ms is None else request.budget_ms
    deadline = Deadline.after(budget_ms, clock)
    snapshot = generation.snapshot
    found = find(request, generation, deadline, log)
    asked = request
    request, query, matches, answer = found.request, found.query, found.matches, found.answer
    total, strict = _totals(answer, snapshot.columns.group_of)
    facets = _facets(request, query, matches, answer, generation, log)
    if request.sort is not None:
        ordered = _sorted(request.sort, request, answer, generation, log)
    else:
        ordered = rank(query, request, answer, generation, deadline, log)
    with log.timed("page", len(ordered)) as stage:
        hits = make_hits(query, request, ordered, generation)
        stage.passed = len(hits)
    beside = beside_hits(asked, request.filters, query, answer, ordered, generation, log)
    fallback = _fallback(query, request, matches, total, generation, deadline, log)
    return SearchResult(  # last of all: whatever runs may still be told as degraded
        query=query_facts(query, snapshot) | {"filters": [each.facts() for each in found.implied]},
        hits=hits,
        total=total,
        total_strict=strict,
        facets=facets,
        page=request.page,
        page_size=request.page_size,
        stages=tuple(log.stages),
        degraded=tuple(log.degraded),
        relaxed=_relaxed(query, answer),
        did_you_mean=_meant(query, total, snapshot),
        fallback_hits=fallback,
        refinements=beside.refinements,
        related=beside.related,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a request is about.

    request: as it came, with the filter that its text implies. matches: before filters, less what
    the index hides. answer: the part that passes them.
    """

    request: SearchRequest
    query: Query
    matches: MatchSet
    answer: MatchSet
    implied: tuple[Implied, ...]


def find(
    request: SearchRequest, generation: Generation, deadline: Deadline, log: StageLog
) -> Found:
    """Understand → recall → filter; training and evaluation begin here too."""
    snapshot = generation.snapshot
    with log.timed("understand") as stage:
        query = understand(request, snapshot, generation.synonyms, generation.policy.min_matches)
        stage.passed = len(query.slots)
    matches = match_set(query, request, generation, deadline, log)
    wider = _widened(query, request, matches, generation)
    if wider is not None:
        query, matches = wider, match_set(wider, request, generation, deadline, log)
    if snapshot.config.out_of_stock == "hide":
        matches = without_sold_out(matches, snapshot)
        if not len(matches):
            matches = without_sold_out(_last_resort(query, request, generation, log), snapshot)
    implied = implied_filters(query, request, matches, snapshot)
    request = replace(request, filters=(*request.filters, *clauses_of(implied)))
    with log.timed("filter", len(matches)) as stage:
        passes = evaluate_all(request.filters, snapshot.columns, matches.doc_ids)
        answer = matches.where(passes)
        stage.passed = len(answer)
    return Found(request, query, matches, answer, implied)


def _widened(
    query: Query, request: SearchRequest, matches: MatchSet, generation: Generation
) -> Query | None:
    """The query with farther synonyms, where dropping words left too little."""
    by_words = int((matches.levels < BY_MEANING).sum())
    if not (request.relax and request.synonyms) or by_words >= generation.policy.min_matches:
        return None
    return widened(query, generation.synonyms, generation.snapshot)


def match_set(
    query: Query,
    request: SearchRequest,
    generation: Generation,
    deadline: Deadline,
    log: StageLog,
) -> MatchSet:
    """What the query is about, before filters."""
    snapshot, policy = generation.snapshot, generation.policy
    if query.vector is None and (not query.text.strip() or _only_price(query)):
        return everything(snapshot)
    strict_only = not request.relax or query.identifier is not None
    with log.timed("recall_lexical", len(query.slots)) as stage:
        found = lexical.match(
            query.slots, snapshot.index, policy.bm25, policy.min_matches, not strict_only
        )
        stage.passed = len(found)
    others = [("identifier", exact(query, snapshot))]
    for channel in CHANNELS:
        if channel.find is not None:
            stage_name, why_not = f"recall_{channel.name}", channel.why_not(query, strict_only)
            if why_not is not None or deadline.passed():
                log.skip(stage_name, why_not or "budget", degrades=why_not is None)
                continue
            with log.timed(stage_name, 1) as stage:
                others.append((channel.name, channel.find(query, snapshot)))
                stage.passed = len(others[-1][1])
    matches = combine(found, others)
    return matches if len(matches) else _last_resort(query, request, generation, log)


def _fallback(
    query: Query,
    request: SearchRequest,
    matches: MatchSet,
    total: int,
    generation: Generation,
    deadline: Deadline,
    log: StageLog,
) -> tuple[Hit, ...]:
    """What the query finds without the filters that leave nothing of it; apart from the hits."""
    if total or not request.filters or not len(matches):
        return ()
    ordered = rank(query, request, matches, generation, deadline, log)
    return make_hits(query, replace(request, page=1), ordered, generation)


def _meant(query: Query, total: int, snapshot: Snapshot) -> tuple[str, ...]:
    """What else the shopper may have meant: a correction not taken, or identifiers nearby."""
    if query.identifier is not None:
        return () if total else near_identifiers(query.identifier, snapshot)
    if query.correction is None or query.corrected:
        return ()
    return (query.correction.text,)


def rank(
    query: Query,
    request: SearchRequest,
    answer: MatchSet,
    generation: Generation,
    deadline: Deadline,
    log: StageLog,
) -> Ordered:
    """Coarse → fine → rerank, each only while the deadline allows."""
    snapshot, policy = generation.snapshot, generation.policy
    with log.timed("coarse", len(answer)) as stage:
        coarse = choose(query, answer, snapshot, policy.coarse_pool)
        stage.passed = len(coarse)
    if deadline.passed():
        log.skip("fine", "budget", len(coarse), degrades=True)
        if request.diversity:
            log.skip("rerank", "budget", len(coarse), degrades=True)
        return coarse
    with log.timed("fine", min(policy.fine_pool, len(coarse))) as stage:
        ordered = fine(query, coarse, generation, log)
        stage.passed = stage.taken  # the rest goes by, in coarse order
    if not request.diversity:
        log.skip("rerank", "not asked", len(ordered))
    elif deadline.passed():
        log.skip("rerank", "budget", len(ordered), degrades=True)
    else:
        with log.timed("rerank", min(policy.head, len(ordered))) as stage:
            ordered = rerank_head(query, ordered, generation, told=request.explain)
            stage.passed = stage.taken
    if snapshot.config.out_of_stock == "demote":
        ordered = sold_out_last(ordered, snapshot)
    return ordered


def _last_resort(
    query: Query, request: SearchRequest, generation: Generation, log: StageLog
) -> MatchSet:
    """Nothing matches: popular products, of the category that is meant if that is known.

    None if the shopper wants this thing or nothing.
    """
    if not request.relax or query.identifier is not None:
        log.skip("recall_popular", "strict")
        return NOTHING
    with log.timed("recall_popular") as stage:
        hits = popular(query, generation.snapshot)
        stage.passed = len(hits)
    return found_by("popular", hits)


def _sorted(
    sort: Sort, request: SearchRequest, answer: MatchSet, generation: Generation, log: StageLog
) -> Ordered:
    """The whole answer set in the asked order; only the page is made into candidates."""
    with log.timed("sort", len(answer)) as stage:
        snapshot, wanted = generation.snapshot, request.page * request.page_size
        picked = order_by(snapshot.columns, answer.doc_ids, sort, wanted, snapshot.config.sorts)
        stage.passed = len(picked.places)
    return Ordered(
        as_candidates(answer, picked.places, picked.variants),
        np.zeros(len(picked.places), dtype=np.float32),
        ranked_by=SORT,
    )


def _relaxed(query: Query, answer: MatchSet) -> Relaxed | None:
    """What was given up, if the answer holds anything beyond strict matches.

    Dropped are the lightest terms that the level used does not insist on, and unknown ones.
    """
    if not answer.levels.any():
        return None
    if answer.level == POPULAR:
        scope = "popular" if query.prediction.sure is None else "category"
        return Relaxed(POPULAR, tuple(slot.text for slot in query.required), scope)
    kept = query.weight
    needed = lexical.LEVELS[answer.level] * query.weight
    dropped = []
    for slot in sorted(query.required, key=lambda slot: (bool(slot.alternatives), slot.weight)):
        if slot.alternatives and (kept - slot.weight < needed or kept <= slot.weight):
            continue
        kept -= slot.weight
        dropped.append(slot.text)
    some_words = bool(((answer.levels > 0) & (answer.levels < BY_MEANING)).any())
    return Relaxed(answer.level, tuple(dropped), "terms" if some_words else "meaning")


def _only_price(query: Query) -> bool:
    """Nothing but a price was said: everything at that price is asked for."""
    return query.price is not None and not query.slots


def _totals(answer: MatchSet, group_of: UInt32Array) -> tuple[int, int]:
    strict = answer.doc_ids[answer.levels == 0]
    return count_groups(group_of, answer.doc_ids), count_groups(group_of, strict)


def _facets(
    request: SearchRequest,
    query: Query,
    matches: MatchSet,
    answer: MatchSet,
    generation: Generation,
    log: StageLog,
) -> dict[str, Facet]:
    if not request.facets:
        return {}
    chosen = generation.snapshot.config.facets
    asked = request.facets
    if chosen is not None and AUTO in asked:  # the shop's own choice, as far as it has them
        there = [name for name in chosen if name in generation.snapshot.columns.fields()]
        there = there[: max(DEFAULT_LIMITS.fields - len(asked), 0)]
        asked = tuple(dict.fromkeys([*(n for n in asked if n != AUTO), *there]))
    asked = focused(asked, query.prediction, answer.doc_ids, generation.snapshot.columns)
    with log.timed("facets", len(matches)) as stage:
        limits = FacetLimits(values=request.facet_limit, field_values=request.facet_limits)
        facets = count_facets(
            generation.snapshot.columns, matches.doc_ids, request.filters, asked, limits
        )
        stage.passed = len(facets)
    return facets


def similar(
    doc_id: int,
    generation: Generation,
    limit: int,
    filters: tuple[Filter, ...] = (),
) -> tuple[Hit, ...]:
    """Products like this one by meaning, of other groups, that pass the filters, nearest first."""
    snapshot = generation.snapshot
    columns = snapshot.columns
    vector = snapshot.vectors.vectors(np.array([doc_id], dtype=np.uint32))[0]
    if not vector.any():
        return ()
    mask = full_mask(filters, columns) if filters else None
    if snapshot.config.out_of_stock == "hide":
        offered = ~sold_out(np.arange(columns.doc_count, dtype=np.uint32), snapshot)
        mask = offered if mask is None else mask & offered
    own = int(columns.group_sizes[columns.group_of[doc_id]])
    vector = vector / np.float32(np.linalg.norm(vector))
    width = SIMILAR_WIDTH * limit + own
    while True:  # wider while variants of few products fill the places
        found = snapshot.vectors.search(vector, width, mask)
        groups = columns.group_of[found.doc_ids]
        others = groups != columns.group_of[doc_id]
        if len(found.doc_ids) < width or len(np.unique(groups[others])) >= limit:
            break
        width *= SIMILAR_WIDTH
    by_doc = np.argsort(found.doc_ids[others])
    hits = Hits(found.doc_ids[others][by_doc], found.scores[others][by_doc])
    picked = collapse(hits.doc_ids, hits.scores, columns.group_of)
    best = top(hits.scores[picked.places], limit)
    places = picked.places[best]
    candidates = as_candidates(found_by("semantic", hits), places, picked.variants[best])
    nearest = Ordered(candidates, hits.scores[places])
    request = SearchRequest(page_size=limit)
    query = Query("", (), vector, None)
    return make_hits(query, request, nearest, generation)
