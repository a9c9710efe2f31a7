"""What the columns around price and stock say together → price, list price, stock."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from indexing.catalogue.field_values import FieldValueError
from indexing.catalogue.values.dates import instant_of
from indexing.catalogue.values.money import Money, money_in
from indexing.catalogue.values.stock_words import availability_of, pieces_in

Fields = dict[str, Any]
Fault = Callable[[str, object, str], None]
"""Told of a value that was dropped: field, value, reason."""

AROUND_STOCK = frozenset({"availability", "stock_tracked", "backorders"})
_UNTRACKED = frozenset({"", "none", "0", "false", "no"})
_GOES_ON = frozenset({"continue", "1", "true", "yes", "notify", "2", "allow"})
AROUND_PRICE = frozenset({
    "sale_price", "list_price", "sale_from", "sale_to", "sale_dates", "discount_amount",
    "discount_percent",
})  # fmt: skip
_AROUND_LIST = AROUND_PRICE - {"list_price"}
_LARGEST = 1e300
_PRICES = ("price", "sale_price", "list_price")


def settle_price(fields: Fields, decimal: str | None, now: datetime | None, fault: Fault) -> None:
    """price: what is paid now; list_price: what it was before; price_max of a range.

    A sale counts within its dates and below the price. Zero is no sale and no list price.
    """
    price = fields.get("price")
    if AROUND_PRICE.isdisjoint(fields):
        if price is None:
            return
        if type(price) is float and price >= 0.0 and price < _LARGEST:
            return
        fields.pop("price")
        made = _money_of("price", price, decimal, fault)
        if made is not None:
            _pay(fields, made)
        return
    if _are_settled(price, fields.get("list_price")) and _AROUND_LIST.isdisjoint(fields):
        return
    money: dict[str, Money] = {}
    for name in _PRICES:
        value = fields.pop(name, None)
        if value is None:
            continue
        made = _money_of(name, value, decimal, fault)
        if made is not None and (made.amount > 0 or name == "price"):
            money[name] = made
    paid, sale, listed = (money.get(name) for name in _PRICES)
    paid, listed = _reduced(fields, paid, listed)
    if sale is not None and _on_sale(fields, now) and (paid is None or sale.amount <= paid.amount):
        if listed is None and paid is not None and paid.amount > sale.amount:
            listed = paid
        paid = sale
    if paid is None and listed is not None and "price" not in fields:
        paid, listed = listed, None  # the only price there is, is what is paid
    if paid is not None:
        _pay(fields, paid)
    if listed is not None:
        fields["list_price"] = listed.amount
        if listed.currency is not None and "currency" not in fields:
            fields["currency"] = listed.currency
    for name in ("sale_from", "sale_to", "sale_dates", "discount_amount", "discount_percent"):
        fields.pop(name, None)


def _money_of(name: str, value: object, decimal: str | None, fault: Fault) -> Money | None:
    try:
        return money_in(value, decimal)
    except FieldValueError as error:
        fault(name if name != "sale_price" else "price", value, str(error))
        return None


def _pay(fields: Fields, paid: Money) -> None:
    fields["price"] = paid.amount
    if paid.highest is not None:
        fields["price_max"] = paid.highest
    if paid.currency is not None and "currency" not in fields:
        fields["currency"] = paid.currency


def _are_settled(price: object, listed: object) -> bool:
    """Whether both are amounts that stay as they are."""
    return (
        type(price) is float
        and type(listed) is float
        and 0.0 <= price < _LARGEST
        and 0.0 < listed < _LARGEST
    )


def _reduced(
    fields: Fields, price: Money | None, listed: Money | None
) -> tuple[Money | None, Money | None]:
    """The price less a discount that the export gives beside it."""
    if price is None:
        return price, listed
    try:
        amount = money_in(fields.get("discount_amount"), None)
        percent = money_in(fields.get("discount_percent"), None)
    except FieldValueError:
        return price, listed
    paid = price.amount
    if amount is not None and 0 < amount.amount < paid:
        paid -= amount.amount
    elif percent is not None and 0 < percent.amount < 100:
        paid *= 1 - percent.amount / 100
    else:
        return price, listed
    return Money(round(paid, 4), price.currency, None), listed or price


def _on_sale(fields: Fields, now: datetime | None) -> bool:
    """Whether now lies within the sale's dates; those that cannot be read do not count."""
    if now is None:
        return True
    begin, end = fields.get("sale_from"), fields.get("sale_to")
    both = fields.get("sale_dates")
    if isinstance(both, str) and both.count("/") == 1:
        begin, _, end = both.partition("/")
    since, until = _moment(begin), _moment(end)
    if since is not None and now < since:
        return False
    if until is None:
        return True
    whole_day = isinstance(end, str) and re.search(r"\d:\d", end) is None
    return now.date() <= until.date() if whole_day else now <= until


def _moment(value: object) -> datetime | None:
    try:
        return None if value is None else instant_of(value)
    except FieldValueError:
        return None


def settle_stock(fields: Fields, fault: Fault) -> None:
    """stock: pieces where they are told, else 1 or 0 as the words of availability say.

    Words for none go before a number; words for some before none. Stock that is not tracked,
    and what is sold beyond it, is there: at least 1. A number below 0 stays as it is.
    """
    if type(fields.get("stock")) is int and AROUND_STOCK.isdisjoint(fields):
        return
    value, words = fields.pop("stock", None), fields.pop("availability", None)
    tracked, backorders = fields.pop("stock_tracked", None), fields.pop("backorders", None)
    pieces: int | None = None
    if value is not None:
        try:
            pieces = pieces_in(value)
        except FieldValueError as error:
            fault("stock", value, str(error))
    there = None if words is None else availability_of(words)
    if words is not None and there is None:
        try:
            there_pieces = pieces_in(words)
            pieces = there_pieces if pieces is None else pieces
        except FieldValueError as error:
            fault("stock", words, str(error))
    if there is False:
        pieces = 0 if pieces is None or pieces > 0 else pieces
    elif there and not pieces:
        pieces = 1
    goes_on = backorders is not None and str(backorders).strip().casefold() in _GOES_ON
    if goes_on and pieces == 0:
        pieces = 1
    if tracked is not None and str(tracked).strip().casefold() in _UNTRACKED and not pieces:
        pieces = 1
    if pieces is not None:
        fields["stock"] = pieces
