"""Texts in several languages: `{"en": "Mug", "de": "Becher"}`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from indexing.catalogue.rows.names import LANGUAGES, qualified

_LEAST = 2
_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?")


def locales_of(value: dict[Any, Any]) -> list[str]:
    """Its names, if they are all languages: `de`, `de_DE`; none otherwise."""
    names: list[str] = []
    for name in value:
        found = _LOCALE.fullmatch(name) if isinstance(name, str) else None
        if found is None or found[1] not in LANGUAGES:
            return []
        names.append(name.replace("-", "_"))
    return names


def in_locale(value: object, locale: str) -> object:
    """The text in this language, else in English, else the first; other values stay as they are.

    locale: `de`, `de_DE` or `de-DE`.
    """
    if type(value) is not dict or not (names := locales_of(value)):
        return value
    languages = {
        name: held
        for name, held in zip(names, value.values(), strict=True)
        if held not in (None, "")
    }
    wanted = locale.replace("-", "_")
    for choice in (wanted, wanted.split("_")[0], "en"):
        for name, held in languages.items():
            if name == choice or name.split("_")[0] == choice:
                return held
    return next(iter(languages.values()), None)


def locales_in(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Of names that come in several languages, and of objects with a text a language."""
    by_name: dict[str, dict[str, None]] = {}
    held: dict[str, None] = {}
    for row in rows:
        for name, value in row.items():
            told = qualified(name)
            if told is not None and told.locale is not None:
                by_name.setdefault(told.key, {})[told.locale] = None
            if type(value) is dict:
                held |= dict.fromkeys(locales_of(value))
    several = [locales for locales in by_name.values() if len(locales) >= _LEAST]
    made = {locale: None for locales in several for locale in locales}
    return tuple(made | held) if len(made | held) >= _LEAST else ()
