"""Which variant of the running experiments answers a request."""

from dataclasses import replace

from app.events.bots import is_crawler
from app.events.impressions import Asker
from ranking.experiments.assignment import served
from ranking.generation import Generation


def exposed(generation: Generation, asker: Asker) -> tuple[Generation, Asker]:
    """The generation that answers, and who asks with what is logged of it.

    Crawlers, and whoever does not tell who they are, are served as if nothing were running.
    """
    if not generation.rules.experiments.running or is_crawler(asker.user_agent):
        return generation, asker
    answering, logged = served(generation, asker.user_id, asker.session_id)
    return answering, replace(asker, exposed=logged) if logged else asker
