"""What the service itself refuses. Statuses stand in app/api/problems.py."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where it is, what is wrong, what to do now."""

    where: str
    what: str
    remedy: str


class ServiceError(Exception):
    """Base: a sentence for people, and the single faults for programs."""

    def __init__(
        self, detail: str, faults: Sequence[Fault] = (), retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)
        self.retry_after_s = retry_after_s


class InvalidRequestError(ServiceError):
    """The request says something that cannot be done."""


class BodyTooLargeError(ServiceError):
    """The body is over the limit."""


class NotFoundError(ServiceError):
    """No such index, product, build or snapshot."""


class NotReadyError(ServiceError):
    """The index has no generation to serve yet."""


class OverloadedError(ServiceError):
    """More searches at once than the worker accepts."""


class AdminRefusedError(ServiceError):
    """The admin key is missing or wrong, or admin is off."""


class KeyNeededError(ServiceError):
    """Nobody may do this without a key."""


class KeyRefusedError(ServiceError):
    """The key is not in force: unknown, expired, revoked, badly signed."""


class NotAllowedError(ServiceError):
    """The key is in force, and does not reach so far."""


class TooManyRequestsError(ServiceError):
    """The key has asked as often as it may."""


class BuildRunningError(ServiceError):
    """A build is already running."""


class BuildNotStartedError(ServiceError):
    """The machine would not start a build: disk, lock, process."""


class UnwritableError(ServiceError):
    """The data folder did not let the service read or write."""


class StateUnavailableError(ServiceError):
    """Events cannot be kept: no room, or a folder that cannot be written."""


class BodyTooSlowError(ServiceError):
    """The body did not arrive in time."""


class StaleVersionError(ServiceError):
    """A later change of the product has been taken before."""


class SimulationError(ServiceError):
    """`vitrina simulate` cannot go on."""


def refused(where: str, what: str, remedy: str) -> InvalidRequestError:
    """One thing wrong with a request, as sentence and as fault."""
    return InvalidRequestError(f"{where}: {what}. {remedy}", [Fault(where, what, remedy)])
