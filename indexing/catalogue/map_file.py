"""`--map-file`: a shop's own rules, in the form of a platform's file, laid over the platform's."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from indexing.catalogue.attributes import PREFIX
from indexing.catalogue.platform import TARGETS, Platform, Rules
from indexing.catalogue.toml_lines import line_of
from indexing.errors import CatalogError


def read_map_file(path: Path) -> Platform:
    """Raises CatalogError, which names file, line and key."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror}.") from error
    try:
        made = Platform.model_validate({"title": "Mapping file", **tomllib.loads(text)})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = tuple(part for part in first["loc"] if part != "[key]")
        raise CatalogError(f"{_at(path, text, place)}: {_told(place, first['msg'])}.") from None
    except ValueError as error:
        raise CatalogError(f"{path}: is not valid TOML: {error}.") from error
    for target in made.fields:
        if target not in TARGETS and not target.startswith(PREFIX):
            known = ", ".join(sorted(TARGETS))
            raise CatalogError(
                f"{_at(path, text, ('fields', target))}: fields.{target} is no field. "
                f"Use one of {known}, or {PREFIX}NAME."
            )
    return made


def laid_over(platform: Platform, mine: Platform) -> Platform:
    """The platform with the shop's own rules before its own."""
    how = mine.variants if mine.variants.model_fields_set else platform.variants
    return platform.model_copy(
        update={
            "title": f"{platform.title}, with the mapping file",
            "recognise": platform.recognise or (("id",),),
            "fields": {**platform.fields, **_rules(platform, mine)},
            "variants": how,
            "unpublished": {**platform.unpublished, **mine.unpublished},
            "pairs": (*mine.pairs, *platform.pairs),
            "key_values": {**platform.key_values, **mine.key_values},
            "merged": (*mine.merged, *platform.merged),
            "ignore": (*mine.ignore, *platform.ignore),
            "attribute_names": {**platform.attribute_names, **mine.attribute_names},
            "escapes": tuple(dict.fromkeys((*mine.escapes, *platform.escapes))),
        }
    )


def _rules(platform: Platform, mine: Platform) -> Rules:
    """How cells are written stays the platform's where the shop's rule does not say."""
    made: Rules = {}
    for target, rule in mine.fields.items():
        known = platform.fields.get(target)
        kept = {"path": known.path, "split": known.split} if known is not None else {}
        said = rule.model_fields_set
        made[target] = rule.model_copy(
            update={name: held for name, held in kept.items() if name not in said}
        )
    return made


def _at(path: Path, text: str, place: tuple[str | int, ...]) -> str:
    line = line_of(text, place)
    return f"{path}" if line is None else f"{path}:{line}"


def _told(place: tuple[str | int, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message[:1].lower()}{message[1:]}"
