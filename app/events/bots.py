"""Who is no shopper: known crawlers by their user agent, and whoever is faster than people are.

What they do is kept, marked; no rate and no ranking counts it.
"""

import re
from collections import OrderedDict
from typing import Final

SHOPPER, BY_AGENT, BY_RATE = range(3)
_WINDOW_S: Final = 60
_MOST_KNOWN: Final = 20_000
_AGENTS: Final = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|headless|lighthouse|phantomjs|facebookexternalhit|"
    r"mediapartners|pingdom|uptime|gptbot|ccbot|bytespider|scrapy|preview",
    re.IGNORECASE,
)
"""Of what crawls and says so. Not CUBOT, which makes telephones, and not libraries of
HTTP: shops' servers pass events on with them."""


def is_crawler(user_agent: str) -> bool:
    return _AGENTS.search(user_agent[:500]) is not None


class Rates:
    """How much each session (else user) did within this minute, in this worker.

    a_minute: more than that is none of a person. At most 20,000 are known at once.
    """

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def is_too_fast(self, who: str | None, now: float) -> bool:
        """Counts one more of this session or user; nobody's are not counted."""
        if who is None:
            return False
        minute = int(now) // _WINDOW_S
        seen_in, count = self._counts.get(who, (minute, 0))
        count = count + 1 if seen_in == minute else 1
        self._counts[who] = (minute, count)
        self._counts.move_to_end(who)
        if len(self._counts) > _MOST_KNOWN:
            self._counts.popitem(last=False)
        return count > self._most
