"""`/1/events`: what search-insights and the widgets send → events as `/v1/events` takes them."""

from collections.abc import Iterator
from typing import Any, Final

from app.api.algolia import values
from app.api.algolia.indexes import target_of
from app.errors import refused
from app.events.intake import MAX_BATCH
from app.service import Service

_TYPES: Final = ("view", "click", "conversion")
_LIST_SEEN: Final = "Hits Viewed"
"""Sent of every page of results, which our own impressions tell of; no product was opened."""


def events_of(body: Any, service: Service) -> list[dict[str, Any]]:
    """One event for each product of each event.

    Left out are lists that were seen, filters that were clicked, and telemetry of the widgets,
    which has another shape. Raises InvalidRequestError for what cannot be meant, NotFoundError for
    an index that is not there.
    """
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list) or len(events) > MAX_BATCH:
        raise refused("events", f"is no list of at most {MAX_BATCH:,}", 'Send {"events": [...]}.')
    found: list[dict[str, Any]] = []
    for place, event in enumerate(events):
        where = f"events[{place}]"
        if not isinstance(event, dict):
            raise values.wrong(where, event, "an object")
        if event.get("eventType") in _TYPES:
            _check(where, event)
            if len(event.get("objectIDs") or ()) and not _is_list(event):
                found += _of_one(where, event, service)
        if len(found) > MAX_BATCH:
            raise refused("events", f"are of over {MAX_BATCH:,} products", "Send fewer at once.")
    return found


def _check(where: str, event: dict[str, Any]) -> None:
    for name in ("eventName", "index", "userToken"):
        values.text(f"{where}.{name}", event.get(name))
    for name in ("objectIDs", "filters", "positions", "objectData"):
        given = event.get(name)
        if given is not None and not isinstance(given, list):
            raise values.wrong(f"{where}.{name}", given, "a list")


def _is_list(event: dict[str, Any]) -> bool:
    seen = event["eventType"] == "view"
    return seen and (event["eventName"] == _LIST_SEEN or len(event["objectIDs"]) > 1)


def _of_one(where: str, event: dict[str, Any], service: Service) -> Iterator[dict[str, Any]]:
    target = target_of(event["index"], service)
    common = {
        "index": target.index,
        "session_id": event["userToken"],
        "user_id": event.get("authenticatedUserToken"),
        "query_id": event.get("queryID"),
        "time": event.get("timestamp"),
    }
    positions, facts = event.get("positions") or [], event.get("objectData") or []
    for place, object_id in enumerate(event["objectIDs"]):
        product_id = values.text(f"{where}.objectIDs[{place}]", object_id)
        if target.suggestions:  # its records are queries
            if event["eventType"] == "click":
                yield common | {"type": "suggestion_click", "query": product_id}
            continue
        made = common | {"type": _type_of(event), "product_id": product_id}
        if place < len(positions):
            made["position"] = positions[place]
        if place < len(facts):
            made |= _money(f"{where}.objectData[{place}]", facts[place], event)
        yield {name: value for name, value in made.items() if value is not None}


def _type_of(event: dict[str, Any]) -> str:
    """A conversion that does not say of what kind is taken for the lesser one."""
    if event["eventType"] != "conversion":
        return str(event["eventType"])
    return "purchase" if event.get("eventSubtype") == "purchase" else "add_to_cart"


def _money(where: str, facts: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Of one product: what all of its quantity costs, and the query that it was found by."""
    if not isinstance(facts, dict):
        raise values.wrong(where, facts, "an object")
    found: dict[str, Any] = {}
    quantity = facts.get("quantity")
    if quantity is not None:
        found["quantity"] = values.whole_number(f"{where}.quantity", quantity, 1, 1_000_000)
    price = facts.get("price")
    if price is not None:
        try:
            found["value"] = float(price) * found.get("quantity", 1)
        except (TypeError, ValueError):
            raise values.wrong(f"{where}.price", price, "a number") from None
        found["currency"] = event.get("currency")
    if facts.get("queryID"):
        found["query_id"] = facts["queryID"]
    return found
