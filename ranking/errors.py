"""What ranking refuses, with the remedy."""


class RankingError(Exception):
    """Base of all errors here."""


class ModelError(RankingError):
    """A model cannot be used with this code or this snapshot."""


class RankerFailedError(RankingError):
    """A ranker gave no usable scores for a request; the recall order takes its place."""


class FactsError(RankingError):
    """What was learnt of behaviour cannot be used with this code, index or snapshot."""


class UnknownPolicyError(RankingError):
    """An index has no policy of this name."""


class ExperimentError(RankingError):
    """An experiment cannot run as it is declared: where, what is wrong, what to do."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where, self.what, self.remedy = where, what, remedy


class RuleRefusedError(RankingError):
    """A merchandising rule must not be put in force."""


class UnknownRuleError(RankingError):
    """There is no such merchandising rule, or no such change of one."""


class RuleConflictError(RankingError):
    """Somebody else changed the rule in the meantime."""
