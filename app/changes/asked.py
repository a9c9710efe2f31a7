"""Bodies of requests → what is asked for each product; nothing is read of a product yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from app.changes.change_log import MAX_VERSION, Op
from app.errors import Fault, InvalidRequestError, refused
from indexing.catalogue.field_values import FieldValueError
from indexing.catalogue.values.dates import instant_of

MAX_CHANGES: Final = 1_000
VERSION: Final = "version"
_LINES: Final = ("ndjson", "jsonl", "json-lines", "jsonlines")
_OPS: Final[Mapping[str, frozenset[str]]] = {
    "put": frozenset({"op", "product", VERSION}),
    "patch": frozenset({"op", "id", "patch", VERSION}),
    "delete": frozenset({"op", "id", VERSION}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One change. product_id: of a put None, as its fields say it. fields: of a put or patch,
    as they were sent, without `version`. fault: why nothing more is known of it.
    """

    op: Op = "put"
    product_id: str | None = None
    fields: Mapping[str, Any] | None = None
    version: int | None = None
    fault: Fault | None = None


def items_of(body: bytes, content_type: str, name: str) -> list[object]:
    """The list under `name` of a JSON object, or one item a line; a line that is no JSON is a
    Fault. Raises InvalidRequestError.
    """
    if any(each in content_type.lower() for each in _LINES):
        items = [_line(at, line) for at, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    else:
        items = _listed(_json(body, f'Send {{"{name}": […]}}, or JSON lines.'), name)
    if len(items) > MAX_CHANGES:
        raise refused(name, f"has {len(items):,} items", f"Send at most {MAX_CHANGES:,} at once.")
    return items


def object_of(body: bytes) -> dict[str, Any]:
    """A merge patch. Raises InvalidRequestError."""
    made = _json(body, 'Send an object of fields, {"price": 79.99}.')
    if not isinstance(made, dict):
        raise refused("body", "is no object", 'Send an object of fields, {"price": 79.99}.')
    return made


def put_of(item: object) -> Asked:
    if isinstance(item, Fault):
        return Asked(fault=item)
    if not isinstance(item, dict):
        return Asked(fault=Fault("product", "is no object", "Send an object of its fields."))
    return _with_version(Asked("put", None, item), item)


def patch_of(product_id: str, fields: Mapping[str, Any], version: str | None = None) -> Asked:
    """version: of the address, before that of the fields."""
    made = _with_version(Asked("patch", product_id, fields), fields)
    return made if version is None else _with_version(made, {VERSION: version})


def delete_of(product_id: str, version: str | None = None) -> Asked:
    return _with_version(Asked("delete", product_id), {VERSION: version})


def change_of(item: object) -> Asked:
    """One of a mixed batch: {"op": "put", "product": {…}}, {"op": "patch", "id": …, "patch":
    {…}}, {"op": "delete", "id": …}, each with an optional version.
    """
    if isinstance(item, Fault):
        return Asked(fault=item)
    op = item.get("op") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(op, str) or op not in _OPS:
        return Asked(fault=Fault("op", "is none of put, patch, delete", "Send one of them."))
    unknown = sorted(item.keys() - _OPS[op])
    if unknown:
        known = ", ".join(sorted(_OPS[op]))
        return Asked(fault=Fault(unknown[0][:60], "is not known here", f"Known are: {known}."))
    product_id, held = item.get("id"), item.get("product" if op == "put" else "patch")
    if op != "put" and not isinstance(product_id, str):
        return Asked(fault=Fault("id", "is no text", "Send the id of the product, in quotes."))
    if op != "delete" and not isinstance(held, dict):
        name = "product" if op == "put" else "patch"
        return Asked(product_id=product_id, fault=Fault(name, "is no object", "Send its fields."))
    asked = Asked("delete", product_id)
    if op == "put":
        asked = put_of(held)
    elif op == "patch":
        asked = patch_of(str(product_id), held or {})
    return _with_version(asked, item) if VERSION in item and asked.fault is None else asked


def _with_version(asked: Asked, fields: Mapping[str, Any]) -> Asked:
    version = fields.get(VERSION, asked.version)
    rest = asked.fields
    if rest is not None and VERSION in rest:
        rest = {name: value for name, value in rest.items() if name != VERSION}
    try:
        made = _version(version)
    except ValueError:
        fault = Fault(
            VERSION,
            f"is {version!r:.60}",
            f"Send a whole number from 0 to {MAX_VERSION:,}, or a moment as 2024-05-31T12:00:00Z; "
            "both only grow. An attribute of that name goes into attributes.",
        )
        return Asked(asked.op, asked.product_id or _id_in(asked.fields), None, None, fault)
    return Asked(asked.op, asked.product_id, rest, made)


def _version(value: object) -> int | None:
    """Moments in microseconds since the epoch. Raises ValueError."""
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        value = int(value)
    if isinstance(value, str) and "-" in value:
        value = _microseconds(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= MAX_VERSION:
        raise ValueError
    return value


def _microseconds(text: str) -> int | None:
    try:
        moment = instant_of(text)
    except FieldValueError:
        return None
    return None if moment is None else round((moment - _EPOCH).total_seconds() * 1_000_000)


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _id_in(fields: Mapping[str, Any] | None) -> str | None:
    told = (fields or {}).get("id")
    return None if told is None or isinstance(told, dict | list) else str(told)[:256]


def _line(at: int, line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Fault(f"line {at}", f"is not valid JSON: {error}", "Send one object a line.")


def _json(body: bytes, remedy: str) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise refused("body", f"is not valid JSON: {error}", remedy) from None


def _listed(body: object, name: str) -> list[object]:
    items = body.get(name) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(items, list):
        raise refused(name, "is no list", f'Send {{"{name}": […]}}, or JSON lines.')
    unknown = [each for each in body if each != name]
    if unknown:
        fault = Fault(unknown[0][:60], "is not known here", f"Known is: {name}.")
        raise InvalidRequestError(f"{fault.where}: {fault.what}. {fault.remedy}", [fault])
    return items


def told(items: Sequence[Fault]) -> str:
    """As sentences."""
    return " ".join(f"{fault.where}: {fault.what}. {fault.remedy}" for fault in items)
