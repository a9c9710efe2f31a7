"""Variants within their product's object: Shopify's and other platforms' JSON."""

import re
from collections.abc import Mapping
from typing import Any

from indexing.catalogue.formats.json_wrappings import entries_of
from indexing.catalogue.platform import Platform
from indexing.catalogue.rows.layout import says
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.rows.row_fields import Fields, RowFields
from indexing.catalogue.variants.inheritance import from_parent

_DEFAULT = "default title"
_OPTIONS = ("options", "option_names", "attributes_names")


def nested_drafts(
    row: Mapping[str, Any], parent: Fields, platform: Platform, variants: RowFields
) -> list[Fields] | None:
    """One a variant, or None if the row has none: then it is a product itself."""
    wanted = {name_key(name) for name in platform.variants.nested}
    column = next((name for name in row if name_key(name) in wanted), None)
    listed = entries_of(row[column]) if column is not None else None
    if not isinstance(listed, list) or not listed or not all(isinstance(v, dict) for v in listed):
        return None
    parent = dict(parent)
    _forget(parent, wanted)
    names = _option_names(row)
    pictures = _pictures(row)
    made: list[Fields] = []
    for variant in listed:
        own = variants.of(_without_options(variant))
        options = _options(variant, names)
        if options:
            own["more_attributes"] = {**own.get("more_attributes", {}), **options}
        picture = pictures.get(str(variant.get("image_id") or variant.get("id")))
        if picture is not None and not says(own.get("image")):
            own["image"] = picture
        _keep_title(own, parent)
        made.append(from_parent(own, parent))
    group = parent.get("group_id") or parent.get("id")
    if len(made) > 1 and group is not None:
        made = [{**each, "group_id": group} for each in made]
    elif len(made) == 1:
        made[0].pop("group_id", None)
    return made


def _keep_title(own: Fields, parent: Fields) -> None:
    """A variant called `S` or `42 / red` is called as its product, of which this is the variant."""
    title, whole = str(own.get("title") or ""), str(parent.get("title") or "")
    said = title.casefold()
    if not title or whole.casefold() in said or not _words(title).isdisjoint(_words(whole)):
        return
    own.pop("title")
    held = own.get("more_attributes") or {}
    if said != _DEFAULT and title not in map(str, held.values()):
        own["more_attributes"] = {**held, "variant": title}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _forget(parent: Fields, wanted: set[str]) -> None:
    """The list itself is no attribute, nor are the names of options."""
    held = parent.get("more_attributes")
    if held:
        parent["more_attributes"] = {
            name: value
            for name, value in held.items()
            if name_key(name) not in wanted and name not in _OPTIONS
        }


def _option_names(row: Mapping[str, Any]) -> list[str]:
    """`options: [{"name": "Size"}]` or `["Size"]`, in order."""
    listed = row.get("options")
    if not isinstance(listed, list):
        return []
    names: list[str] = []
    for place, option in enumerate(listed, 1):
        name: object = option.get("name") if isinstance(option, dict) else option
        names.append(str(name) if says(name) else f"option{place}")
    return names


def _options(variant: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for place, name in enumerate(names, 1):
        held = variant.get(f"option{place}")
        if says(held) and str(held).strip().casefold() != _DEFAULT:
            made[name] = held
    for key in ("option_values", "selectedOptions", "options", "attributes"):
        listed = variant.get(key)
        for entry in listed if isinstance(listed, list) else ():
            if not isinstance(entry, dict):
                continue
            label = entry.get("option_display_name") or entry.get("name")
            value = entry.get("label") or entry.get("value") or entry.get("option")
            if says(label) and says(value) and str(value).strip().casefold() != _DEFAULT:
                made[str(label)] = value
    return made


def _without_options(variant: Mapping[str, Any]) -> dict[str, Any]:
    gone = {"option1", "option2", "option3", "option_values", "selectedOptions", "options"}
    listed = variant.get("attributes")
    if isinstance(listed, list):
        gone = gone | {"attributes"}
    return {name: value for name, value in variant.items() if name not in gone}


def _pictures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Image id, and id of each variant it shows → the image."""
    made: dict[str, Any] = {}
    listed = row.get("images")
    for image in listed if isinstance(listed, list) else ():
        if isinstance(image, dict):
            for key in (*_ids(image.get("variant_ids")), *_ids(image.get("id"))):
                made.setdefault(key, image)
    return made


def _ids(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item is not None]
