"""Units of measure: every spelling of a unit after a number becomes one."""

_SPELLINGS = {
    "in": "inch inches",
    "ft": "foot feet",
    "yd": "yard yards yds",
    "mm": "millimeter millimeters millimetre millimetres",
    "cm": "centimeter centimeters centimetre centimetres",
    "m": "meter meters metre metres",
    "ml": "milliliter milliliters millilitre millilitres",
    "l": "liter liters litre litres ltr",
    "gal": "gallon gallons",
    "qt": "quart quarts",
    "oz": "ounce ounces",
    "lb": "lbs pound pounds",
    "g": "gram grams gm gms",
    "kg": "kilogram kilograms kgs",
    "mg": "milligram milligrams",
    "w": "watt watts",
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
    "ghz": "",
    "mhz": "",
    "mp": "megapixel megapixels",
    "k": "",
    "pack": "pk packs",
    "ct": "count cnt",
    "pc": "pcs piece pieces",
    "sqft": "",
}

CANONICAL: dict[str, str] = {unit: unit for unit in _SPELLINGS} | {
    spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
"""Spelling → unit, for a word right after a number."""
