"""Signs and names of currencies, as queries say them; folded."""

import re
from collections.abc import Container
from typing import Final

SIGN: Final = (
    r"(?:(?:us|ca?|au?|nz|hk|s|mx|r)\$|[$€£¥₹₺₽₩₴₪₫₱฿]|rs\.?|usd|euro?|gbp|cny|rmb|chf|cad|aud|nzd|"
    r"sgd|hkd|mxn|zar|aed|sar|sek|nok|dkk|pln|czk|huf|ron|try|inr|jpy)"
)
_COINS: Final = (
    "dollar dollars dolares dollari bucks usd us euro euros euroa eur gbp quid pound pounds yuan "
    "rmb cny yen yens jpy rupee rupees inr chf sfr franc francs franken sek nok dkk kronor kroner "
    "kr pln zloty zlotych zl czk kc huf ft forint rub ruble rubles rouble roubles рублеи рубля "
    "рубль руб lei ron tl try lira liradan liraya won krw brl reais cad aud nzd "
    "sgd hkd mxn zar aed sar qar kwd egp ils uah rs riyal riyals dirham dirhams dinar dinars тыс "
    "тысяч ريال ريالا ريالات درهم درهما جنيه جنيها دينار دينارا دولار دولارا يورو ليره "
    "ευρω грн гривень гривен"
)
COINS: Final = frozenset(_COINS.split())
"""Words of `SIGN` and `UNIT`."""
_DOLLAR_OF: Final = "us|american|canadian|australian|new zealand|hong kong|singapore"
UNIT: Final = (
    rf"(?:(?:(?:{_DOLLAR_OF})\s)?dollars?|us\sdollars?|(?:us|ca?|au?|nz|hk|s|mx|r)\$|dolares|dollari|"
    r"bucks|usd|euros?|euroa|eur|gbp|quid|(?:british\s)?pounds?(?:\s+sterling)?|yuan|rmb|cny|"
    r"yens?|jpy|(?:indian\s)?rupees?|inr|rs\.?|chf|sfr|(?:swiss\s|schweizer\s)?(?:francs?|franken)|"
    r"sek|nok|dkk|(?:swedish\s|norwegian\s|danish\s)?(?:kronor|kroner)|kr\.?|pln|zloty(?:ch)?|zl|czk|"
    r"kc|huf|ft|forint|rub|rubles?|roubles?|рубл(?:еи|я|ь)|руб\.?|р\.?|lei|ron|tl|try|lira|won|krw|"
    r"brl|reais|cad|aud|nzd|sgd|hkd|mxn|zar|aed|sar|qar|kwd|egp|ils|uah|riyals?|dirhams?|dinars?|"
    r"ريال(?:ا|ات)?|درهما?|جنيها?|دينارا?|دولارا?|يورو|ليره|ευρω|грн\.?|гривен[ьи]?|円|元|원|[$€£¥₹₺₽₩₴₪₫₱฿])"
)
PAID: Final = r"(?:[$€£]\s?{n}|{n}\s?(?:[$€£]|euros?|eur|dollars?|dolares|bucks|usd|gbp|quid))"
"""An amount of money that can hardly be anything else, with the pattern of a number in it."""
_DOLLARS: Final = frozenset("USD CAD AUD NZD SGD HKD MXN ARS CLP COP TWD".split())  # noqa: SIM905
# (what is said, the currencies that it may be, the likeliest first).
_SAID: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"us\s?\$|(?:us|american)\s?dollar|usd|美元|美金", ("USD",)),
    (r"(?<!u)s\$|sgd|singapore", ("SGD",)),
    (r"(?<!\w)ca?\$|cad|canadian", ("CAD",)),
    (r"(?<!\w)au?\$|aud|australian", ("AUD",)),
    (r"r\$|brl|reais", ("BRL",)),
    (r"nz\$|nzd|new zealand", ("NZD",)),
    (r"hk\$|hkd|hong kong|港币", ("HKD",)),
    (r"mx\$|mxn", ("MXN",)),
    (r"\$|dollar|dolares|dollari|bucks|どる|달러|دولار", ("USD", *sorted(_DOLLARS - {"USD"}))),
    (r"€|euro?[as]?\b|欧元|ゆーろ|유로|يورو|ευρω", ("EUR",)),
    (r"£|gbp|quid|pound|sterling|英镑|ぽんど", ("GBP",)),
    (r"yen|jpy|円|日元|日币|엔", ("JPY",)),
    (r"yuan|rmb|cny|元|块|人民币", ("CNY", "TWD", "HKD", "JPY")),
    (r"¥", ("CNY", "JPY")),
    (r"₹|inr|indian", ("INR",)),
    (r"rupee|\brs\b", ("INR", "PKR", "LKR", "NPR", "MUR")),
    (r"chf|sfr|franken|franc", ("CHF",)),
    (r"sek|kronor|swedish", ("SEK",)),
    (r"nok|norwegian", ("NOK",)),
    (r"dkk|danish", ("DKK",)),
    (r"kroner", ("NOK", "DKK")),
    (r"\bkr\b|\dkr\b", ("SEK", "NOK", "DKK")),
    (r"pln|zloty|zl\b", ("PLN",)),
    (r"czk|kc\b", ("CZK",)),
    (r"huf|\bft\b|forint", ("HUF",)),
    (r"\blei\b|\bron\b", ("RON",)),
    (r"₽|rub|rouble|руб|\dр\b|\bр\b|тыс", ("RUB",)),
    (r"₺|\btl\b|\dtl\b|lira|ليره", ("TRY", "LBP", "SYP")),
    (r"₩|krw|won\b|원", ("KRW",)),
    (r"₴|uah|грн|гривен", ("UAH",)),
    (r"₪|ils", ("ILS",)),
    (r"₫", ("VND",)),
    (r"₱", ("PHP",)),
    (r"฿", ("THB",)),
    (r"zar", ("ZAR",)),
    (r"aed", ("AED",)),
    (r"sar", ("SAR",)),
    (r"qar", ("QAR",)),
    (r"kwd", ("KWD",)),
    (r"egp|جنيه", ("EGP", "SDG")),
    (r"riyal|ريال", ("SAR", "QAR", "OMR", "YER")),
    (r"dirham|درهم", ("AED", "MAD")),
    (r"dinar|دينار", ("KWD", "JOD", "BHD", "IQD", "TND", "DZD", "LYD")),
)
_PATTERNS: Final = tuple((re.compile(said), codes) for said, codes in _SAID)


def currency_of(phrase: str, own: str | None, rated: Container[str] = ()) -> str | None:
    """The currency that a folded phrase names; None for the index's own, or if it names none.

    A sign that several currencies share is the index's own if that is one of them, else the
    likeliest of which a rate is known.
    """
    for pattern, codes in _PATTERNS:
        if pattern.search(phrase):
            if own is None or own in codes:
                return None
            return next((code for code in codes if code in rated), codes[0])
    return None
