"""One currency an index: the one function that brings prices into it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from indexing.catalogue.field_values import FieldValueError, currency_in, label_of

DOLLAR = "$"
"""A sign of several currencies: of the index's if that has it, else of the United States."""

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "TWD"})
_WITHIN = ("code", "currencyCode", "currency_code", "isoCode", "iso_code", "currency", "name")
_CODE = re.compile(r"[A-Za-z]{3}")
_NAMES = {
    "€": "EUR", "EURO": "EUR", "£": "GBP", "US$": "USD", "₹": "INR", "元": "CNY", "人民币": "CNY",
    "RMB": "CNY", "CN¥": "CNY", "円": "JPY", "JP¥": "JPY", "ZŁ": "PLN", "KČ": "CZK", "₩": "KRW",
    "₺": "TRY", "₽": "RUB", "₴": "UAH", "R$": "BRL", "FT": "HUF", "SFR": "CHF",
    "$": "", "¥": "", "￥": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurrencyRates:
    """currency: the index's, None if nothing settles it. rates: one unit of another currency in
    units of it.
    """

    currency: str | None = None
    rates: Mapping[str, float] = field(default_factory=dict)

    def converted(self, amount: float, currency: str | None) -> float | None:
        """The amount in the index's currency, to the cent; None without a rate.

        An amount without a currency is in the index's; so is every one where none is settled.
        """
        if currency is None or self.currency is None or currency == self.currency:
            return amount
        rate = self.rates.get(currency)
        return None if rate is None else round(amount * rate, 2)

    def of_dollars(self) -> str | None:
        """What a `$` stands for beside this currency; None where nothing else is told."""
        return self.currency if self.currency is None or self.currency in _DOLLARS else "USD"


def currency_code(value: object) -> str | None:
    """`eur`, `EUR`, `€`, `Euro`, {"code": "EUR"} → EUR; None for signs of several currencies."""
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[name] for name in _WITHIN if value.get(name)), None)
    text = label_of(value)
    return None if text is None else _code_in(text)


@lru_cache(maxsize=1_000)
def _code_in(text: str) -> str | None:
    upper = text.upper()
    if upper in _NAMES:
        return _NAMES[upper] or None
    if _CODE.fullmatch(text):
        return upper
    found = currency_in(text)
    if found is None:
        raise FieldValueError("is no currency code such as EUR")
    return found
