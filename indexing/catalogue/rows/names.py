"""Names of columns as shops write them, made comparable."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_NAMESPACE = re.compile(r"^[gc]:(?=\S)", re.IGNORECASE)
_LOCALE = re.compile(r"[-_ .\[(]+([a-z]{2,3})(?:[-_]([A-Za-z]{2}))?[\])]?(?:-\w+)?$")
_CURRENCY = re.compile(r"[-_ .\[(]+(?:in |en )?([A-Z]{3}|[a-z]{3}|[€£$])[\])]?$")

LANGUAGES = frozenset({
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga", "he",
    "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lt", "lv", "mk", "ms", "nb", "nl", "nn", "no",
    "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "th", "tr", "uk", "ur", "vi", "zh",
})  # fmt: skip
CURRENCIES = frozenset({
    "AED", "ARS", "AUD", "BDT", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK",
    "EGP", "EUR", "GBP", "HKD", "HRK", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW",
    "MAD", "MXN", "MYR", "NGN", "NOK", "NZD", "PEN", "PHP", "PKR", "PLN", "RON", "RSD", "RUB",
    "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
})  # fmt: skip
_SIGNS = {"€": "EUR", "£": "GBP"}


class Qualified(NamedTuple):
    """A name without what it says of its values. locale: `de` or `de_DE`. tail: what said so."""

    key: str
    locale: str | None = None
    currency: str | None = None
    tail: str = ""


@lru_cache(maxsize=50_000)
def name_key(name: str) -> str:
    """Equal for names that differ in case, accents, spaces, signs or the feed's namespace."""
    text = unicodedata.normalize("NFKD", _NAMESPACE.sub("", name.strip()))
    return "".join(sign for sign in text if sign.isalnum()).casefold()


@lru_cache(maxsize=50_000)
def qualified(name: str) -> Qualified | None:
    """`name-de_DE` → name in de_DE; `Price (EUR)`, `price-USD` → price in that currency."""
    found = _CURRENCY.search(name)
    if found is not None and found.start():
        code = _SIGNS.get(found[1], found[1].upper())
        if code in CURRENCIES:
            return Qualified(name_key(name[: found.start()]), currency=code)
    found = _LOCALE.search(name)
    if found is not None and found.start() and found[1] in LANGUAGES:
        locale = found[1] if found[2] is None else f"{found[1]}_{found[2].upper()}"
        return Qualified(name_key(name[: found.start()]), locale=locale, tail=found[0])
    return None
