"""Units of measure: every spelling of a unit after a number becomes one."""

_SPELLINGS = {
    "in": "inch inches zoll pouce pouces pulgada pulgadas pollice pollici duim tum tommer",
    "ft": "foot feet",
    "yd": "yard yards yds",
    "mm": "millimeter millimeters millimetre millimetres milimetros milimetro millimetri",
    "cm": "centimeter centimeters centimetre centimetres zentimeter centimetros "
    "centimetro centimetri",
    "m": "meter meters metre metres metro metros metri",
    "ml": "milliliter milliliters millilitre millilitres mililitros millilitri",
    "l": "liter liters litre litres ltr litro litros litri",
    "cl": "centiliter centiliters centilitre centilitres",
    "dl": "deciliter deciliters decilitre decilitres",
    "gal": "gallon gallons",
    "qt": "quart quarts",
    "oz": "ounce ounces",
    "lb": "lbs pound pounds",
    "g": "gram grams gm gms gr gramm gramme grammes gramo gramos grammo grammi grama gramas",
    "kg": "kilogram kilograms kgs kilo kilos kilogramm kilogramme kilogrammes kilogramo kilogramos",
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
    "ghz": "",
    "mhz": "",
    "mp": "megapixel megapixels",
    "k": "",
    "pack": "pk packs",
    "ct": "count cnt",
    "pc": "pcs piece pieces teile teil teilig tlg stuck stk pezzi pezzo pieza piezas "
    "pecas stuks delig",
    "sqft": "",
}

CANONICAL: dict[str, str] = {unit: unit for unit in _SPELLINGS} | {
    spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
"""Spelling → unit, for a word right after a number."""
