"""Cells that hold several attributes or values."""

import re
from typing import Any

from indexing.catalogue.values.cell_objects import object_in

_ESCAPED_COMMA = "\ue000"
_IN_NUMBER = re.compile(r"(?<=\d),(?=\d+\s*[A-Za-z\"'%])")
_MAGENTO = re.compile(r',(?=[A-Za-z_]\w*=)|,(?="[A-Za-z_]\w*=)')
_GOOGLE = re.compile(r",(?=[^,:]*:[^,:]+:)")
_PLACED = re.compile(r"(.*?):\s*\d+\s*(?::\s*[01]?\s*)?", re.DOTALL)
_BIGCOMMERCE = re.compile(r"\[\w+\]\s*([^=]+)=(.*?)(?=,\s*\[\w+\]|$)")
_BIGCOMMERCE_NEW = re.compile(r"Name=([^|]*)\|Value=(.*?)(?=Type=|$)")
_NAMED = re.compile(r"([^:：=]{1,40}?)\s*[:：=]\s*([^:：=].*)", re.DOTALL)
_SCHEMES = ("http", "https", "ftp")
_SWATCH = re.compile(r"(?::#[0-9A-Fa-f]{3,8}|\[#[0-9A-Fa-f]{3,8}\]|:https?://\S+)$")


def list_in(value: object, sign: str) -> object:
    """One text, or several; a sign behind a backslash is part of the text."""
    if not isinstance(value, str):
        return value
    text = value.replace("\\,", _ESCAPED_COMMA)
    if "," in text:
        text = _IN_NUMBER.sub(_ESCAPED_COMMA, text)
    parts = [text]
    for each in sign:
        parts = [piece for part in parts for piece in part.split(each)]
    made = [part.replace(_ESCAPED_COMMA, ",").strip() for part in parts]
    kept = list(dict.fromkeys(part for part in made if part))
    return kept[0] if len(kept) == 1 else kept


def pairs_in(text: str) -> dict[str, Any]:
    """`Material: Steel; Capacity: 500 ml`, `color=red,size=M`; empty of any other text."""
    for sign in ("\n", ";", "；", "|", "，", ","):
        if sign in text and (made := _pairs_of(text.split(sign))):
            return made
    return _pairs_of([text])


def _pairs_of(parts: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in filter(None, map(str.strip, parts)):
        found = _NAMED.fullmatch(part)
        if found is None or found[1].strip().lower() in _SCHEMES:
            return {}
        made[found[1].strip()] = list_in(found[2].strip(), "|")
    return made


def key_values_in(value: object, kind: str) -> dict[str, Any]:
    """kind: `magento` color=Teal,size=S · `prestashop` Couleur:Bleu:1 · `bigcommerce`
    [RT]Size=42,[CS]Color=Tan:#d2b48c · `google` section:name:value · `named` a=b;c=d, or JSON.
    """
    if isinstance(value, list | tuple):
        made: dict[str, Any] = {}
        for item in value:
            made |= key_values_in(item, kind)
        return made
    if isinstance(value, dict):
        return value if kind == "named" and "value" not in value else _named_value(value)
    text = str(value)
    if kind == "magento":
        return _magento(text)
    if kind == "prestashop":
        return _prestashop(text)
    if kind == "named":
        made_ = object_in(text)
        return made_ if isinstance(made_, dict) else pairs_in(text)
    if kind == "google":
        return _google(text)
    pattern = _BIGCOMMERCE if "[" in text.split("=", maxsplit=1)[0] else _BIGCOMMERCE_NEW
    return {
        found[1].strip(): _SWATCH.sub("", found[2].strip()).strip()
        for found in pattern.finditer(text)
        if found[2].strip()
    }


def _prestashop(text: str) -> dict[str, Any]:
    """Entries end with their place, as `Matière:Acier, bois:1`; without places at a comma."""
    made: dict[str, Any] = {}
    begun = ""
    placed = _PLACED.fullmatch(text.rsplit(",", maxsplit=1)[-1].strip()) is not None
    pieces = text.split(",")
    for at, piece in enumerate(pieces):
        begun = f"{begun},{piece}" if begun else piece
        found = _PLACED.fullmatch(begun.strip())
        last = at + 1 == len(pieces)
        if not last and (found is None if placed else ":" not in pieces[at + 1]):
            continue
        name, _, value = (found[1] if found else begun).partition(":")
        if name.strip() and value.strip():
            made[name.strip()] = value.strip().strip(":")
        begun = ""
    return made


def _google(text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in _GOOGLE.split(text):
        pieces = [piece.strip() for piece in part.split(":", 2)]
        if len(pieces) == 2:
            pieces.insert(0, "")
        if len(pieces) == 3 and pieces[1] and pieces[2]:
            made[pieces[1]] = pieces[2]
    return made


def _magento(text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in _MAGENTO.split(text):
        name, sign, value = part.strip().strip('"').partition("=")
        value = value.strip().strip('"')
        if sign and name and value:
            made[name] = list_in(value, "|")
    return made


def _named_value(value: dict[str, Any]) -> dict[str, Any]:
    name = value.get("attribute_name") or value.get("name")
    held = value.get("attribute_value") or value.get("value")
    return {str(name): held} if name and held not in (None, "") else {}
