"""What merchandising rules decide about a request, before it is looked up or searched."""

from collections.abc import Collection
from dataclasses import replace

from ranking.generation import Generation
from ranking.rules.addresses import leads_elsewhere
from ranking.rules.decision import Decision
from ranking.rules.merchandising import NO_RULES
from ranking.search.request import SearchRequest


def with_decision(
    request: SearchRequest, generation: Generation, hosts: Collection[str], now: float
) -> SearchRequest:
    """hosts: that may be redirected to. now: seconds since the epoch. Tens of microseconds."""
    rules = generation.rules.merchandising
    if rules is NO_RULES:
        return request
    decision = rules.decide(request.text, request.filters, request.situation, now)
    return replace(request, decision=_within(decision, hosts))


def _within(decision: Decision, hosts: Collection[str]) -> Decision:
    """Less what leads to a host that is not allowed here, as rules that came as a file may."""
    if decision.redirect is not None and leads_elsewhere(decision.redirect, hosts):
        decision = replace(decision, redirect=None)
    if any(banner.url and leads_elsewhere(banner.url, hosts) for banner in decision.banners):
        banners = tuple(
            banner.model_copy(update={"url": None})
            if banner.url and leads_elsewhere(banner.url, hosts)
            else banner
            for banner in decision.banners
        )
        decision = replace(decision, banners=banners)
    return decision
