"""Who asks and where, as far as it changes an answer: put into the request before it is looked up.

What is put there is what the key of the cache has of it: never the user or the session.
"""

from dataclasses import replace

from app.events.impressions import Asker
from app.events.memory import Memory
from ranking.behaviour.profile import Profile, profile_of
from ranking.behaviour.query_key import query_key
from ranking.generation import Generation
from ranking.search.request import SearchRequest

UNAVAILABLE = "profile_unavailable"


def profile_for(session_id: str | None, generation: Generation, memory: Memory) -> Profile | None:
    """Of a session; None where nothing is known of it."""
    recent = memory.recent(None, session_id)
    return None if recent is None else profile_of(recent, generation.segments, generation.facts)


def personalised(
    request: SearchRequest, asker: Asker | None, generation: Generation, memory: Memory
) -> SearchRequest:
    """With the profile of who asks and their region, each only if it may change the answer.

    asker: None, or not `personal`: nobody in particular. An explicit order is the same for all.
    """
    if asker is None or not asker.personal or request.sort is not None or not request.page_size:
        return request
    facts, region = generation.facts, None
    if facts is not None and asker.region and facts.knows_region(asker.region):
        region = query_key(asker.region)
    if not (asker.user_id or asker.session_id):
        return request if region is None else replace(request, region=region)
    recent = memory.recent(asker.user_id, asker.session_id, asker.at)
    if recent is None:
        return replace(request, region=region, lacking=(UNAVAILABLE,))
    profile = profile_of(recent, generation.segments, facts)
    if profile is None and region is None:
        return request
    return replace(request, region=region, profile=profile)
