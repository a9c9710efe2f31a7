"""Errors as problem JSON (RFC 9457): which error has which status stands in KINDS below."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.changes.change_log import ChangeLogError
from app.errors import (
    AdminRefusedError,
    BodyTooLargeError,
    BodyTooSlowError,
    BuildNotStartedError,
    BuildRunningError,
    Fault,
    InvalidRequestError,
    KeyNeededError,
    KeyRefusedError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    OverloadedError,
    ServiceError,
    StaleVersionError,
    StateUnavailableError,
    TooManyRequestsError,
    UnwritableError,
)
from indexing.errors import CorruptSnapshotError, LockedError, RulesError, SnapshotError
from ranking.errors import RuleConflictError, RuleRefusedError, UnknownRuleError
from ranking.filters.filters import FilterError
from ranking.learning.errors import JudgmentsError

MAX_FAULTS = 20
"""Told in one answer."""
MEDIA_TYPE = "application/problem+json"
ALGOLIA = "/1/"
"""Below it Algolia's clients ask, who look for `message` and for 400."""


@dataclass(frozen=True, slots=True)
class Kind:
    status: int
    slug: str
    title: str

    @property
    def type(self) -> str:
        return f"urn:vitrina:problem:{self.slug}"


INTERNAL = Kind(500, "internal", "The service failed")
TOO_LONG = Kind(414, "address-too-long", "The address is too long")
NOT_HTTP = Kind(400, "not-http", "The request cannot be read")
REQUEST_TOO_SLOW = Kind(408, "request-too-slow", "The request did not arrive in time")
HEADERS_TOO_LARGE = Kind(431, "headers-too-large", "The headers are too large")
UNREAD = (NOT_HTTP, REQUEST_TOO_SLOW, HEADERS_TOO_LARGE)
"""Told by app/server/protocol.py, of what is not yet a request."""

KINDS: dict[type[Exception], Kind] = {
    InvalidRequestError: Kind(422, "invalid-request", "The request cannot be understood"),
    FilterError: Kind(422, "invalid-request", "The request cannot be understood"),
    RequestValidationError: Kind(422, "invalid-request", "The request cannot be understood"),
    BodyTooLargeError: Kind(413, "body-too-large", "The request body is too large"),
    NotFoundError: Kind(404, "not-found", "There is no such thing here"),
    AdminRefusedError: Kind(403, "admin-refused", "Admin is not open to this request"),
    KeyNeededError: Kind(401, "key-needed", "This needs a key"),
    KeyRefusedError: Kind(401, "key-refused", "The key is not in force"),
    TooManyRequestsError: Kind(429, "too-many-requests", "The key has asked too often"),
    NotAllowedError: Kind(403, "not-allowed", "The key does not reach so far"),
    OverloadedError: Kind(503, "overloaded", "Too many searches at once"),
    NotReadyError: Kind(503, "not-ready", "Nothing is being served yet"),
    BuildRunningError: Kind(409, "conflict", "Another change is running"),
    BuildNotStartedError: Kind(503, "build-not-started", "The build could not be started"),
    LockedError: Kind(409, "conflict", "Another change is running"),
    CorruptSnapshotError: Kind(409, "snapshot-damaged", "The snapshot is damaged"),
    SnapshotError: Kind(409, "snapshot-unusable", "The snapshot cannot be used"),
    RuleRefusedError: Kind(422, "invalid-request", "The request cannot be understood"),
    UnknownRuleError: Kind(404, "not-found", "There is no such thing here"),
    RuleConflictError: Kind(409, "conflict", "Another change is running"),
    RulesError: Kind(409, "rules-unusable", "The rules cannot be used"),
    JudgmentsError: Kind(409, "judgments-unusable", "The judgments cannot be used"),
    BodyTooSlowError: Kind(408, "body-too-slow", "The request body did not arrive in time"),
    StateUnavailableError: Kind(503, "events-not-kept", "Events cannot be kept now"),
    StaleVersionError: Kind(409, "stale-version", "A later version was taken before"),
    ChangeLogError: Kind(503, "changes-not-kept", "Changes cannot be taken now"),
    UnwritableError: Kind(503, "data-folder", "The data folder cannot be read or written"),
}

_BY_STATUS = {
    400: Kind(400, "invalid-request", "The request cannot be understood"),
    404: Kind(404, "not-found", "There is no such thing here"),
    405: Kind(405, "method-not-allowed", "This address does not take that method"),
}


def problem(
    request: Request,
    kind: Kind,
    detail: str,
    errors: Sequence[Fault] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    request_id = request.scope.get("request_id", "")
    if request.scope["path"].startswith(ALGOLIA):
        status = 400 if kind.status == 422 else kind.status  # what its clients know
        told = problem_body(replace(kind, status=status), detail, request_id, errors, detail)
        return Response(told, status, headers, MEDIA_TYPE)
    body = problem_body(kind, detail, request_id, errors)
    return Response(body, kind.status, headers, MEDIA_TYPE)


def problem_body(
    kind: Kind,
    detail: str,
    request_id: str,
    errors: Sequence[Fault] = (),
    message: str | None = None,
) -> bytes:
    """message: what Algolia's clients show."""
    body: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": f"urn:vitrina:request:{request_id}",
        "errors": [asdict(fault) for fault in errors[:MAX_FAULTS]],
    }
    if message is not None:
        body["message"] = message
    return _encode(body)


def _encode(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a lone surrogate of the request in a message
        return orjson.dumps(_encodable(body))


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: _encodable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    return value


def kind_of(error: Exception) -> Kind:
    """The row of the nearest base class."""
    for base in type(error).__mro__:
        if base in KINDS:
            return KINDS[base]
    return INTERNAL


def install(app: FastAPI) -> None:
    for error_class in KINDS:
        if error_class is not RequestValidationError:
            app.add_exception_handler(error_class, _known)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


async def _known(request: Request, error: Exception) -> Response:
    kind = kind_of(error)
    if isinstance(error, FilterError):
        fault = Fault(error.where, error.problem, error.remedy)
        return problem(request, kind, f"{fault.where}: {fault.what}. {fault.remedy}", [fault])
    if isinstance(error, ServiceError):
        headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
        if kind.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return problem(request, kind, error.detail, error.faults, headers)
    return problem(request, kind, str(error))


async def _http(request: Request, error: Exception) -> Response:
    """What the router itself refuses: an unknown address, a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
    status = error.status_code
    kind = _BY_STATUS.get(status, Kind(status, "http", str(error.detail)))
    path = request.url.path
    details = {
        404: f"there is nothing at {path}. /openapi.json lists every address.",
        405: f"{path} does not take {request.method}. See `Allow`.",
    }
    headers = dict(error.headers) if error.headers else {}
    described = _described(request) if status == 405 else {}
    if described:  # the router tells only of the first route of the address
        headers["Allow"] = ", ".join(sorted(method.upper() for method in described))
    return problem(request, kind, details.get(status, str(error.detail)), headers=headers)


async def _validation(request: Request, error: Exception) -> Response:
    """FastAPI's own checks of query, path and header parameters."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    known = _parameter_names(request)
    raws = error.errors()
    faults = [fault_of(raw, known) for raw in raws[:MAX_FAULTS]]
    return problem(request, KINDS[RequestValidationError], summary(faults, len(raws)), faults)


def _described(request: Request) -> dict[str, Any]:
    """Method → operation of the address, from the OpenAPI description that callers see."""
    path = getattr(request.scope.get("route"), "path", "").replace(":path}", "}")
    found: dict[str, Any] = request.app.openapi()["paths"].get(path, {})
    return found


def _parameter_names(request: Request) -> list[str]:
    """What the route takes: names of query parameters, or of a JSON body's fields."""
    operation = _described(request).get(request.method.lower(), {})
    names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    model = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if model:
        names += request.app.openapi()["components"]["schemas"][model]["properties"]
    return names


def fault_of(raw: dict[str, Any], known: Sequence[str]) -> Fault:
    """One error of pydantic → where, what, remedy. known: names allowed at the top level."""
    where = ".".join(str(part) for part in raw["loc"])
    if raw["type"] == "extra_forbidden":
        return Fault(where, "is not known here", f"Known are: {', '.join(known)}.")
    if raw["type"] == "missing":
        return Fault(where, "is missing", "Send it.")
    if raw["type"] == "json_invalid":
        why = raw.get("ctx", {}).get("error", "")
        return Fault(where, f"is not valid JSON: {why}", "The last number is where, in characters.")
    if isinstance(raw.get("input"), bytes):
        return Fault(where, "is not sent as JSON", "Set Content-Type: application/json.")
    shown = repr(raw.get("input"))
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return Fault(where, f"{raw['msg']} (it was {shown})", "Send a value that fits.")


def summary(faults: Sequence[Fault], count: int) -> str:
    """count: of all faults, of which `faults` are the first."""
    first = faults[0]
    more = f" And {count - 1} more, see `errors`." if count > 1 else ""
    return f"{first.where}: {first.what}. {first.remedy}{more}"
