"""Which of the encodings from before UTF-8 some lines are in, told from their letters."""

import re
from collections import Counter
from collections.abc import Sequence
from math import log
from typing import NamedTuple

CP1252, CP1250, GB18030, SHIFT_JIS = "cp1252", "cp1250", "gb18030", "cp932"

# Letters beyond ASCII, per thousand letters of running text: rough, from published tables of
# letter frequencies; what counts is which letters a language has and which of them lead.
_LETTERS = {
    CP1252: {
        "de": "ü10 ä6 ö4 ß3",
        "fr": "é19 à5 è3 ê2 ç1 ù.6 û.6 â.5 î.4 ô.2 œ.2 ë.1 ï.1",
        "es": "ó8 í7 á5 é4 ñ3 ú2 ü.1",
        "pt": "ã7 ç5 ê4 é3 ó3 á3 í1 à.7 â.6 ô.6 õ.4 ú.2",
        "it": "à6 è3 ù2 ò1 é1 ì.3",
        "nl": "é1 ë2 ï.3 ö.2 ü.2",
        "sv": "ä18 å13 ö13 é.7",
        "da": "å12 ø9 æ9 é.2 ö.1",
        "fi": "ä36 ö4 å.1",
        "is": "ð44 á18 í16 þ15 ó10 æ9 ö8 é6 ú6 ý2",
    },
    CP1250: {
        "pl": "ł18 ę11 ą10 ó8 ż8 ś7 ć4 ń2 ź.6",
        "cs": "í24 á22 ě16 é13 ř12 č10 ý10 ž10 š8 ů7 ú1 ó.3 ď.2 ť.2 ň.1",
        "sk": "á20 í12 ý11 ž10 č10 ú10 é8 š5 ľ4 ť4 ň2 ô2 ď1 ä1 ó1 ĺ.1 ŕ.1",
        "hu": "á35 é35 ó11 ö10 ő10 ü6 í6 ú3 ű3",
        "ro": "ă20 î12 ş10 â9 ţ8",
        "hr": "č11 š10 ž6 ć6 đ3",
    },
}  # fmt: skip
_ALSO = {"no": "da", "nb": "da", "nn": "da", "sl": "hr", "bs": "hr", "ca": "es", "et": "fi"}

_STRANGE = 0.0002
"""Share of a letter that a language does not have; of a sign where letters stand, less."""

_SIGN = 0.003
_PRIOR = log(10)
_TYPICAL, _SURELY_WIDE = 0.6, 0.85
_SURE = log(20)
_UNLIKE_ANY = log(0.01)
_SIGNS = re.compile(  # m² and cm³, 5½ and £5 are no Polish
    rb"(?<![A-Za-z])[cdm]?m[\xb2\xb3]|\d ?[\xb9\xb2\xb3\xbc-\xbe](?![A-Za-z])|[\xa3\xa5] ?(?=\d)"
)
_BEYOND = re.compile(rb"[\x80-\xff]+")
_PAIRS = re.compile(rb"[\x80-\xff][\x40-\xff]")
_HANGUL = (0xB0, 0xC8)
_LEADS = 8
_LONG_RUN = 3
"""Bytes beyond ASCII beside each other: no language in Latin letters has many such."""


class Guess(NamedTuple):
    """encoding: the likeliest. others: those that are likely too, best first; empty when sure."""

    encoding: str
    others: tuple[str, ...] = ()


def guess_encoding(lines: Sequence[bytes], languages: Sequence[str] = ()) -> Guess:
    """Of lines that are not UTF-8. languages: those that are expected, as a prior."""
    text = b"\n".join(lines)
    wide = {
        GB18030: _typical(text, GB18030) + (0.2 if "zh" in languages else 0.0),
        SHIFT_JIS: _typical(text, SHIFT_JIS) + (0.2 if "ja" in languages else 0.0),
    }
    best = max(wide, key=wide.__getitem__)
    if wide[best] >= _TYPICAL:
        sure = wide[best] >= _SURELY_WIDE and not (best == GB18030 and _may_be_korean(text))
        return Guess(best, () if sure else ("big5", "euc_kr", "cp1251"))
    return _narrow(text, languages)


def _typical(text: bytes, encoding: str) -> float:
    """Share of the signs beyond ASCII that running text in the encoding is made of."""
    decoded = text.decode(encoding, "replace")
    if decoded.count("\ufffd") > 0.01 * len(decoded):
        return 0.0
    counted = Counter(sign for sign in decoded if sign > "\x7f")
    total = sum(counted.values())
    made = sum(times * _weight(sign, encoding) for sign, times in counted.items())
    return made / total if total else 0.0


def _may_be_korean(text: bytes) -> bool:
    """EUC-KR has its syllables in half of the rows that Chinese fills."""
    leads = [pair[0] for pair in _PAIRS.findall(text) if pair[0] >= _HANGUL[0]]
    return len(leads) >= _LEADS and max(leads) <= _HANGUL[1]


def _weight(sign: str, encoding: str) -> float:
    try:
        code = sign.encode(encoding)
    except UnicodeEncodeError:
        return 0.0
    if len(code) != 2:
        return 0.1 if "\uff61" <= sign <= "\uff9f" else 0.0  # half-width katakana
    lead, trail = code
    if encoding == GB18030:  # GB 2312: signs, then characters by frequency, then rare ones
        if trail < 0xA1:
            return 0.0
        return 1.0 if 0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7 else 0.3
    return 1.0 if 0x81 <= lead <= 0x83 or 0x88 <= lead <= 0x97 else 0.2  # kana; first level


def _narrow(text: bytes, languages: Sequence[str]) -> Guess:
    text = _SIGNS.sub(b" ", text)
    expected = {_ALSO.get(language, language) for language in languages}
    scores: dict[str, float] = {}
    letters = 0
    for encoding, tables in _LETTERS.items():
        signs = _signs(text, encoding)
        letters = sum(signs.values())
        for language, table in tables.items():
            shares = _shares(table)
            score = sum(
                times * log(shares.get(sign.lower(), _STRANGE if sign.isalpha() else _SIGN))
                for sign, times in signs.items()
            )
            score += _PRIOR if language in expected else 0.0
            scores[encoding] = max(score, scores.get(encoding, -1e300))
    best = max(scores, key=scores.__getitem__)  # the first of equals: cp1252
    other = CP1250 if best == CP1252 else CP1252
    alike = scores[best] - scores[other] < _SURE and text.decode(best, "replace") != text.decode(
        other, "replace"
    )
    runs = [len(run) for run in _BEYOND.findall(text)]
    in_runs = sum(run for run in runs if run >= _LONG_RUN)
    if in_runs > sum(runs) / 2 or (letters and scores[best] / letters < _UNLIKE_ANY):
        return Guess(best, (other, "cp1251", GB18030, SHIFT_JIS))
    return Guess(best, (other,) if alike else ())


def _signs(text: bytes, encoding: str) -> Counter[str]:
    """What stands beyond ASCII in words, and signs that only one of the encodings has there."""
    counted: Counter[str] = Counter()
    for found in _BEYOND.finditer(text):
        for at in range(found.start(), found.end()):
            sign = bytes((text[at],)).decode(encoding, "replace")
            other = bytes((text[at],)).decode(CP1250 if encoding == CP1252 else CP1252, "replace")
            if sign.isalpha() or other.isalpha():
                counted[sign] += 1
    return counted


def _shares(table: str) -> dict[str, float]:
    rates = {entry[0]: float(entry[1:]) for entry in table.split()}
    total = sum(rates.values())
    return {letter: rate / total for letter, rate in rates.items()}
