"""Units of measure: every spelling of a unit after a number becomes one."""

import re
from collections.abc import Iterator
from typing import Final

_SPELLINGS = {
    "in": "inch inches zoll pouce pouces pulgada pulgadas polegada polegadas pollice pollici duim "
    "tum tommer tuumaa",
    "ft": "foot feet",
    "yd": "yard yards yds",
    "mm": "millimeter millimeters millimetre millimetres milimetros milimetro millimetri мм",
    "cm": "centimeter centimeters centimetre centimetres zentimeter centimetros "
    "centimetro centimetri см",
    "m": "meter meters mtr mtrs metre metres metro metros metri metria метр метра метров м",
    "ml": "milliliter milliliters millilitre millilitres mililitros millilitri мл",
    "l": "liter liters litre litres ltr litro litros litri litraa литр литра литров л",
    "cl": "centiliter centiliters centilitre centilitres",
    "dl": "deciliter deciliters decilitre decilitres",
    "gal": "gallon gallons",
    "qt": "quart quarts",
    "oz": "ounce ounces",
    "lb": "lbs pound pounds",
    "g": "gram grams gm gms gr gramm gramme grammes gramo gramos grammo grammi grama gramas",
    "kg": "kilogram kilograms kgs kilo kilos kilogramm kilogramme kilogrammes kilogramo kilogramos "
    "кг",
    "mg": "milligram milligrams milligramm milligrammes",
    "w": "watt watts",
    "kw": "kilowatt kilowatts",
    "wh": "",
    "kwh": "",
    "v": "volt volts",
    "amp": "amps ampere amperes",
    "mah": "",
    "hp": "horsepower",
    "btu": "btus",
    "psi": "",
    "gb": "gigabyte gigabytes",
    "tb": "terabyte terabytes",
    "mb": "megabyte megabytes",
    "hz": "hertz",
    "khz": "kilohertz",
    "ghz": "gigahertz",
    "mhz": "",
    "mp": "megapixel megapixels",
    "k": "",
    "pack": "pk packs",
    "ct": "count cnt",
    "pc": "pcs piece pieces teile teil teilig tlg stuck stk pezzi pezzo pieza piezas "
    "pecas stuks delig stycken kpl szt шт штук",
    "sqm": "quadratmeter",
    "sqft": "",
}

CANONICAL: dict[str, str] = {unit: unit for unit in _SPELLINGS} | {
    spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
"""Spelling → unit, for a word right after a number."""

_MEASURE = re.compile(r"(\d+(?:\.\d+)?|[1-9]/(?:2|4|8|16))([a-z]+)")
_FRACTIONS: Final = {n / d: f"{n}/{d}" for d in (16, 8, 4, 2) for n in range(1, d) if n % 2}
_FRACTIONAL: Final = frozenset(("in", "ft", "yd", "oz", "lb", "gal", "qt"))
# Units of one quantity, each with its worth in the first of them.
_QUANTITIES: Final = (
    {"ml": 1, "cl": 10, "dl": 100, "l": 1000},
    {"mg": 1, "g": 1000, "kg": 1_000_000},
    {"mm": 1, "cm": 10, "m": 1000},
    {"in": 1, "ft": 12, "yd": 36},
    {"oz": 1, "lb": 16},
    {"w": 1, "kw": 1000},
    {"wh": 1, "kwh": 1000},
    {"mb": 1, "gb": 1000, "tb": 1_000_000},
    {"hz": 1, "khz": 1000, "mhz": 1_000_000, "ghz": 1_000_000_000},
    {"qt": 1, "gal": 4},
)


def other_measures(term: str) -> Iterator[str]:
    """The same measure in other units: of 500ml 0.5l and 50cl; and of 0.5in 1/2in."""
    found = _MEASURE.fullmatch(term)
    if found is None:
        return
    over, unit = found[1].split("/"), found[2]
    number = float(over[0]) / float(over[1]) if len(over) > 1 else float(over[0])
    if unit in _FRACTIONAL and number in _FRACTIONS:
        yield f"{number:g}{unit}" if len(over) > 1 else _FRACTIONS[number] + unit
    for units in _QUANTITIES:
        if unit in units:
            for other, worth in units.items():
                value = number * units[unit] / worth
                if other != unit and 0.01 <= value < 1e6:
                    yield f"{value:.4f}".rstrip("0").rstrip(".") + other
