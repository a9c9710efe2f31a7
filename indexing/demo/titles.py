"""How the demo shop's titles and descriptions are put together.

A pattern names its slots in braces; a part in square brackets is left out where the leaf has
nothing for one of its slots. The result is a %-format over a dictionary of words, which is
the fastest formatting Python has.
"""

import re
from functools import cache

ENGLISH_TITLES = (
    "{brand} {line} {lead} {noun}[ - {colour}][, {size}]",
    "{brand} {line}[ {model}] {noun}, {trail}[, {colour}][ ({size})]",
    "{brand}[ {material}] {noun} {line}[, {size}][, {colour}]",
    "{lead}[ {material}] {noun} by {brand}[, {colour}][, {size}]",
    "{brand}[ {model}][ {size}] {lead} {noun}, {trail}[ - {colour}]",
    "{brand} {line} {noun}[ {size}][ {colour}] - {lead}, {trail}",
    "[{colour} ]{lead} {noun} - {brand} {line}[ {model}][ - {size}]",
    "{brand} {noun}[ {colour}][ {material}][ {size}], {trail}",
    "{brand} {line}[ {model}] {lead}[ {material}] {noun}[, {colour}][, {size}], {trail}",
)
CHINESE_TITLES = (
    "{brand} [{colour}]{lead}{noun}[ {size}] {trail}",
    "{brand} {line}[ {model}] {lead}{noun} [{material}][ {colour}][ {size}]",
    "{brand} [{material}]{noun} {lead} {trail}[ {colour}][ {size}]",
    "【{brand}】{lead}[{material}]{noun} {trail}[ {size}][ {colour}]",
    "{lead}{noun} {trail} {brand}[ {model}][ {colour}][ {size}]",
)
ENGLISH_DESCRIPTIONS = (
    "{noun} of the {brand} {line} series[ in {colour}][, made of {material}]. "
    "{facts}.[ Available here in {size}.]",
    "Meet the {brand} {line} {lead} {noun}[ in {colour}][ ({size})]. Key facts: {facts}."
    "[ Material: {material}.] Ships within two working days.",
    "{facts}: that is the {brand} {noun}[ in {colour}][, {size}].[ Main material {material}.]"
    " Free returns within 30 days.",
    "[{material} ]{noun} from {brand}[, colour {colour}][, {size}]. {facts}. Model {model_number}.",
)
CHINESE_DESCRIPTIONS = (
    "{brand} {line} 系列{noun}[,{colour}][,{material}材质][,规格{size}]。{facts}。",
    "{brand}{noun},{facts}。[颜色:{colour}。][尺寸:{size}。][材质:{material}。]七天无理由退换。",
    "{lead}{noun},型号{model_number}。{facts}[,{colour}][,{size}]。正品保证,两日内发货。",
)

_SLOT = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")


@cache
def compile_pattern(pattern: str, available: frozenset[str]) -> str:
    """The %-format of a pattern for a leaf that has words for the available slots."""

    def kept(part: re.Match[str]) -> str:
        slots = _SLOT.findall(part[1])
        return part[1] if all(slot in available for slot in slots) else ""

    filled = _OPTIONAL.sub(kept, pattern.replace("%", "%%"))
    return re.sub(" {2,}", " ", _SLOT.sub(r"%(\1)s", filled)).strip()
