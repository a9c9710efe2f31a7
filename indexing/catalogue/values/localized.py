"""Texts in several languages: `{"en": "Mug", "de": "Becher"}`."""

import re

from indexing.catalogue.rows.names import LANGUAGES

_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?")


def in_locale(value: object, locale: str) -> object:
    """The text in this language, else in English, else the first; other values stay as they are.

    locale: `de`, `de_DE` or `de-DE`.
    """
    if type(value) is not dict or not value:
        return value
    languages: dict[str, object] = {}
    for name, held in value.items():
        found = _LOCALE.fullmatch(name) if isinstance(name, str) else None
        if found is None or found[1] not in LANGUAGES:
            return value
        if held not in (None, ""):
            languages[name.replace("-", "_")] = held
    wanted = locale.replace("-", "_")
    for choice in (wanted, wanted.split("_")[0], "en"):
        for name, held in languages.items():
            if name == choice or name.split("_")[0] == choice:
                return held
    return next(iter(languages.values()), None)
