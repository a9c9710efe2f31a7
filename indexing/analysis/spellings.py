"""British and American spellings of one word, and how German and Nordic letters are typed."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from indexing.analysis.folding import fold

# Written from general knowledge of English; British left, American right. A word with more
# letters behind it (colours, greyish) changes alike.
_PAIRS: Final = """
colour color, favour favor, flavour flavor, harbour harbor, honour honor, humour humor,
labour labor, neighbour neighbor, odour odor, parlour parlor, rumour rumor, savour savor,
vapour vapor, armour armor, behaviour behavior, endeavour endeavor, demeanour demeanor,
candour candor, clamour clamor, fervour fervor, rigour rigor, splendour splendor, tumour tumor,
valour valor, vigour vigor, arbour arbor, ardour ardor, saviour savior, glamour glamor,
centre center, theatre theater, metre meter, litre liter, fibre fiber, calibre caliber,
lustre luster, sombre somber, spectre specter, sabre saber, ochre ocher, meagre meager,
manoeuvre maneuver, goitre goiter, amphitheatre amphitheater, millimetre millimeter,
centimetre centimeter, kilometre kilometer, millilitre milliliter, fibreglass fiberglass,
centrepiece centerpiece, titre titer, sepulchre sepulcher, louvre louver, accoutre accouter,
grey gray, tyre tire, plough plow, mould mold, mouldy moldy, smoulder smolder, moult molt,
aluminium aluminum, jewellery jewelry, jeweller jeweler, pyjama pajama, cosy cozy, cosier cozier,
programme program, disc disk, draught draft, doughnut donut, yoghurt yogurt, yoghourt yogurt,
whisky whiskey, sceptic skeptic, sulphate sulfate, sulphite sulfite, sulphur sulfur,
sulphide sulfide, axe ax, carat karat, gauge gage, mum mom, moustache mustache,
omelette omelet, lasagne lasagna, hummus houmous, chilli chili, chillies chilies,
racquet racket, ageing aging, artefact artifact, barbecue barbeque, kaftan caftan,
cypher cipher, enquiry inquiry, judgement judgment, liquorice licorice, mollusc mollusk,
pouffe pouf, woollen woolen, woolly wooly, veranda verandah, waggon wagon, annexe annex,
fulfil fulfill, skilful skillful, instalment installment, enrol enroll, appal appall,
distil distill, wilful willful, catalogue catalog, dialogue dialog, analogue analog,
monologue monolog, epilogue epilog, prologue prolog, defence defense, licence license,
offence offense, pretence pretense, practise practice, anaesthetic anesthetic,
haemorrhoid hemorrhoid, haemoglobin hemoglobin, paediatric pediatric, orthopaedic orthopedic,
oestrogen estrogen, diarrhoea diarrhea, foetal fetal, foetus fetus, leukaemia leukemia,
encyclopaedia encyclopedia, mediaeval medieval, archaeology archeology, aeroplane airplane,
gynaecology gynecology, anaemia anemia, oesophagus esophagus, caesarean cesarean,
speciality specialty, kerb curb,  gramme gram, kilogramme kilogram,
blonde blond, brunette brunet, sledge sled, chequered checkered,
tranquilliser tranquilizer, snivelling sniveling, marvellous marvelous, counsellor counselor,
councillor councilor, tasselled tasseled, bevelled beveled, panelled paneled, panelling paneling,
towelling toweling, quarrelling quarreling, chiselled chiseled, stencilled stenciled,
crystallised crystallized, pencilled penciled, jewelled jeweled, duelling dueling,
dialling dialing, signalling signaling, spiralled spiraled, totalled totaled, initialled initialed,
carburettor carburetor, cauldron caldron, tzatziki tsatsiki, vice vise,
kebab kabob, ketchup catsup, caviar caviare, mitre miter, nought naught,
plimsole plimsoll, pedlar peddler, phoney phony, pilau pilaf, pizazz pizzazz,
tidbit titbit, tsar czar, yodelling yodeling, zombie zombi,
smoky smokey, savoury savory, rancour rancor, succour succor, misdemeanour misdemeanor,
greyhound grayhound, greyscale grayscale, neighbourhood neighborhood, likeable likable,
sizeable sizable, saleable salable, moveable movable, unshakeable unshakable,
dyke dike, gypsy gipsy,
flier flyer, adaptor adapter, convertor converter,
distributor distributer, protector protecter, conveyor conveyer, sulphuric sulfuric,
foetid fetid, hiccough hiccup, jibe gibe, korma qorma, maths math,
rouble ruble, sheikh sheik, syphon siphon, syrup sirup, toupee toupe, vermilion vermillion
"""
# (ending of one, ending of the other), tried both ways on words of seven letters and more.
_ENDINGS: Final = (
    ("ise", "ize"), ("ised", "ized"), ("iser", "izer"), ("isers", "izers"), ("ises", "izes"),
    ("ising", "izing"), ("isation", "ization"), ("yse", "yze"), ("ysed", "yzed"),
    ("yser", "yzer"), ("ysing", "yzing"), ("elled", "eled"), ("elling", "eling"),
    ("eller", "eler"), ("ellers", "elers"), ("alled", "aled"), ("alling", "aling"),
    ("olled", "oled"), ("olling", "oling"), ("illed", "iled"), ("illing", "iling"),
    ("ouring", "oring"), ("oured", "ored"), ("ourful", "orful"), ("ourless", "orless"),
    ("ogues", "ogs"), ("aemic", "emic"), ("aedic", "edic"), ("tres", "ters"), ("tred", "tered"),
)  # fmt: skip
_LEAST: Final = 7
# What umlauts and the like are typed as where the keyboard lacks them; folding leaves the letter.
_TYPED: Final = {
    "de": (("ae", "a"), ("oe", "o"), ("ue", "u")),
    "sv": (("ae", "a"), ("oe", "o"), ("aa", "a")),
    "fi": (("ae", "a"), ("oe", "o")),
    "da": (("oe", "o"), ("aa", "a"), ("a", "ae")),
    "no": (("oe", "o"), ("aa", "a"), ("a", "ae")),
    "nl": (("ij", "y"),),
    "tr": (),
}
_MOST = 4


@lru_cache(maxsize=1 << 14)
def other_spellings(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Other ways to write a folded word, likeliest first; many are no words at all."""
    made: dict[str, None] = {}
    if "en" in languages:
        made.update(dict.fromkeys(_english(word)))
    for language in languages:
        for typed, letter in _TYPED.get(language, ()):
            if len(word) > 3 and typed in word:
                made[word.replace(typed, letter)] = None
            if len(word) > 3 and len(letter) > 1 and letter in word:
                made[word.replace(letter, typed)] = None
    made.pop(word, None)
    return tuple(made)[:_MOST]


def _english(word: str) -> Iterator[str]:
    table = _table()
    if word in table:
        yield from table[word]
    else:
        for size in range(len(word) - 1, 2, -1):
            for other in table.get(word[:size], ()):
                yield other + word[size:]
                if other[-1:] == "e" and word[size:] == "s":  # centre, centres; center, centers
                    yield other + "s"
    if len(word) >= _LEAST:
        for one, two in _ENDINGS:
            for old, new in ((one, two), (two, one)):
                if word.endswith(old):
                    yield word.removesuffix(old) + new


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for pair in re.split(r"[,\n]+", _PAIRS):
        words = fold(pair).split()
        if len(words) == 2:
            for one, two in (words, words[::-1]):
                table[one] = (*table.get(one, ()), two)
    return table
