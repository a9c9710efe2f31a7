"""Everything that can go wrong while measuring and training."""

from ranking.errors import RankingError


class LearningError(RankingError):
    """Base of all errors here. The message says what, where, and what to do now."""


class JudgmentsError(LearningError):
    """Judgments cannot be read, or nothing usable is left of them."""


class TrainingError(LearningError):
    """A model cannot be trained from these judgments."""


class ComparisonError(LearningError):
    """Rankers cannot be compared as asked."""
