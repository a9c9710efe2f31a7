"""User Behavior Insights 1.3.0: queries and events of its collectors, as ours.

Its names → ours: `object_id` → product_id, `client_id` → user_id, `action_name` → type,
`user_query` → query, `event_attributes.position.ordinal` → position.
"""

from hashlib import blake2b
from typing import Any, Final

import orjson

from app.errors import Fault
from app.events.event import seconds_of

ACTIONS: Final = {
    "view": "view", "item_view": "view", "product_view": "view", "view_item": "view",
    "click": "click", "item_click": "click", "product_click": "click", "result_click": "click",
    "click_through": "click", "add_to_cart": "add_to_cart", "cart_add": "add_to_cart",
    "purchase": "purchase", "buy": "purchase", "order": "purchase", "product_purchase": "purchase",
    "suggestion_click": "suggestion_click", "autocomplete_click": "suggestion_click",
    "dismiss": "dismiss", "reject": "dismiss", "return": "return", "refund": "return",
    "cancel": "cancel",
}  # fmt: skip
MOST_SHOWN: Final = 1_000


def as_event(raw: object) -> dict[str, Any] | list[Fault]:
    """One of our events, still to be checked, or what is wrong with it.

    UBI knows no id of an event; the same event with the same timestamp is taken for a repetition.
    """
    if not isinstance(raw, dict):
        return [Fault("event", "is no object", 'Send {"action_name": "click", …}.')]
    action = raw.get("action_name")
    if action is None:
        return [Fault("action_name", "is missing", "Send it.")]
    kind = ACTIONS.get(str(action).lower())
    if kind is None:
        what = f"{str(action)[:40]!r} is not counted"
        return [Fault("action_name", what, f"Known are: {', '.join(ACTIONS)}.")]
    attributes = _object(raw.get("event_attributes"))
    thing, place = _object(attributes.get("object")), _object(attributes.get("position"))
    made = {
        "type": kind,
        "query_id": raw.get("query_id"),
        "product_id": _first(raw.get("object_id"), thing.get("object_id")),
        "user_id": raw.get("client_id"),
        "session_id": _first(raw.get("session_id"), attributes.get("session_id")),
        "position": _first(place.get("ordinal"), raw.get("position")),
        "time": raw.get("timestamp"),
        "event_id": _first(raw.get("event_id"), _repetition(raw)),
        "value": _first(attributes.get("value"), thing.get("price")),
        "currency": attributes.get("currency"),
        "quantity": attributes.get("quantity"),
        "region": attributes.get("region"),
    }
    if kind == "suggestion_click":
        made["query"] = _first(raw.get("user_query"), raw.get("message"))
    return {name: value for name, value in made.items() if value is not None}


def as_shown(
    raw: object, index: str, now: float
) -> tuple[str, float, dict[str, Any]] | list[Fault]:
    """Query id, time, and what an impression tells of the answer; or what is wrong with it."""
    if not isinstance(raw, dict):
        return [Fault("query", "is no object", 'Send {"query_id": …, "user_query": …}.')]
    faults = [
        Fault(name, "is missing, or no text of 1 to 200 characters", "Send it.")
        for name in ("query_id", "user_query")
        if not isinstance(raw.get(name), str)
        or not (name == "user_query" or 0 < len(raw[name]) <= 200)
    ]
    shown = _first(raw.get("query_response_object_ids"), raw.get("query_response_hit_ids"), [])
    if not isinstance(shown, list) or len(shown) > MOST_SHOWN:
        faults.append(
            Fault("query_response_object_ids", "is no list of at most 1,000 ids", "Send one.")
        )
    if faults:
        return faults
    told = raw.get("timestamp")
    at = seconds_of(told) if isinstance(told, str | int | float) else None
    at = now if at is None or abs(at - now) > 400 * 86_400 else min(at, now)
    facts = {
        "shop": index, "query": " ".join(raw["user_query"][:512].split()), "understood": None,
        "generation": None, "model": "elsewhere", "policy": None, "page": 1,
        "page_size": max(len(shown), 1), "sorted": 0, "filtered": 0, "total": len(shown),
        "level": 0, "degraded": 0, "products": [str(each)[:200] for each in shown],
    }  # fmt: skip
    return raw["query_id"], at, facts


def _repetition(raw: dict[str, Any]) -> str | None:
    if raw.get("timestamp") is None:
        return None
    whole = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    return f"ubi-{blake2b(whole, digest_size=16).hexdigest()}"


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
