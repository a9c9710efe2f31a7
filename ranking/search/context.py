"""One request on its way through the stages."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from indexing.snapshot import Snapshot
from ranking.generation import Generation
from ranking.policy import Policy
from ranking.search.deadline import Deadline
from ranking.search.leaf import Leaf
from ranking.search.request import SearchRequest
from ranking.search.stages import StageLog


@dataclass(frozen=True, slots=True)
class Context:
    """What every stage may need to know: what is asked, of whom, until when; and where it tells.

    leaves: one a segment, in the order of the generation's. typed: the text as it came, where a
    rule put another in its place.
    """

    request: SearchRequest
    generation: Generation
    deadline: Deadline
    log: StageLog
    leaves: tuple[Leaf, ...]
    typed: str | None = None

    @classmethod
    def begin(
        cls, request: SearchRequest, generation: Generation, clock: Callable[[], float]
    ) -> "Context":
        """The request's time begins now; without a budget it has the policy's."""
        log = StageLog(clock)
        log.degraded.extend((*generation.degraded, *request.lacking))
        asked_ms = request.budget_ms
        budget_ms = generation.policy.budget_ms if asked_ms is None else asked_ms
        deadline = Deadline.after(budget_ms, clock)
        typed = None
        if request.decision.text is not None:
            typed, request = request.text, replace(request, text=request.decision.text)
        return cls(request, generation, deadline, log, leaves_of(generation), typed)

    def under(self, generation: Generation) -> "Context":
        """Ranked by another variant; its stages are none of this log, but what it lacks is."""
        log = StageLog(self.log.clock)
        log.degraded = self.log.degraded
        return replace(self, generation=generation, log=log)

    @classmethod
    def unhurried(cls, request: SearchRequest, generation: Generation) -> "Context":
        """Without clock and deadline, for training and evaluation."""
        never, log = Deadline(lambda: 0.0, 1.0), StageLog(lambda: 0.0)
        return cls(request, generation, never, log, leaves_of(generation))

    @property
    def tables(self) -> Snapshot:
        """Statistics, lexicon, encoder and names, which hold for all segments."""
        return self.generation.snapshot

    @property
    def segments(self) -> tuple[Snapshot, ...]:
        return self.generation.segments

    @property
    def policy(self) -> Policy:
        return self.generation.policy


def leaves_of(generation: Generation) -> tuple[Leaf, ...]:
    return tuple(Leaf(segment, number) for number, segment in enumerate(generation.segments))
