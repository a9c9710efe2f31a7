"""A query as recall and ranking see it."""

import re
from dataclasses import dataclass, field
from typing import Final

from indexing.analysis.units import CANONICAL
from indexing.arrays import Float32Array
from ranking.behaviour.clicked import NOT_CLICKED, Clicked
from ranking.behaviour.facts import Facts
from ranking.behaviour.profile import Profile
from ranking.query.correct import Correction
from ranking.query.entities import Entity, Reading
from ranking.query.predict import NOTHING, Prediction
from ranking.query.price_phrases import PriceWish
from ranking.query.quantity_phrases import QuantityWish
from ranking.query.type_wish import NO_WISH, TypeWish
from ranking.query.words import NO_WORDS, QueryWords

_AMOUNT: Final = re.compile(r"\d+(?:\.\d+)?([^\W\d_]*)")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a slot: a document holds all of these terms.

    boost: 1 for what was typed, less for what was derived from it.
    origin: `literal`, `parts` (a compound written apart), `form` (the word or measure written
    otherwise), `synonym` or `correction`.
    """

    term_ids: tuple[int, ...]
    boost: float
    origin: str = "literal"


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that the query asks for.

    weight: its part in the query's weight (idf); 0 if it only scores (CJK bigrams).
    alternatives: empty if the catalogue does not know the word.
    position, span: where in the query's token positions it stands. said: as it was typed.
    """

    text: str
    weight: float
    alternatives: tuple[Alternative, ...]
    position: int
    span: int = 1
    said: str = ""

    @property
    def bits(self) -> int:
        """The token positions where it stands, a bit each."""
        return ((1 << self.span) - 1) << self.position

    @property
    def is_amount(self) -> bool:
        """Whether it is a number, with a unit or without: 5, 38.5, 5l. 30x40 says more."""
        found = _AMOUNT.fullmatch(self.text)
        return found is not None and (not found[1] or found[1] in CANONICAL)


@dataclass(frozen=True, slots=True)
class Expansion:
    """A synonym that stands beside words of the query. wide: only as too little was found."""

    said: str
    also: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Denial:
    """text: as the shopper said it. places: positions of all its words; said: of what is denied.

    slot: what must not be there, with the ways of saying it; weight 0. value: an attribute's value
    that it names for sure, which products may be asked not to have.
    """

    text: str
    places: frozenset[int]
    said: frozenset[int]
    slot: Slot
    value: Reading | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What one request asks for, after understanding.

    text: what is searched, corrected if that was decided. vector: float32[dimension], unit
    length, or None where meaning cannot be searched.
    typed: the words as they came. correction: what may have been meant; corrected: whether text
    is that. expansions: synonyms that were added. price: what was said of it, no word of text
    that must match. prediction: likely categories by the words, as features have them;
    categories: by the words and the kind together. quantities: limits of attributes. kind: what
    kinds of things are meant. clicked: what shoppers did after it, by rows of the facts. profile:
    of who asks, if that is known. region: where they are, by place in the facts. words: of
    the text.
    """

    text: str
    slots: tuple[Slot, ...]
    vector: Float32Array | None
    identifier: str | None
    """The whole query with separators removed, if it is shaped like an identifier."""
    typed: str = ""
    correction: Correction | None = None
    corrected: bool = False
    expansions: tuple[Expansion, ...] = ()
    entities: tuple[Entity, ...] = ()
    price: PriceWish | None = None
    prediction: Prediction = NOTHING
    categories: Prediction = NOTHING
    quantities: tuple[QuantityWish, ...] = ()
    kind: TypeWish = NO_WISH
    denied: tuple[Denial, ...] = ()
    clicked: Clicked = NOT_CLICKED
    facts: Facts | None = field(default=None, repr=False)
    profile: Profile | None = field(default=None, repr=False)
    region: int | None = None
    words: QueryWords = field(default=NO_WORDS, repr=False)

    @property
    def required(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.weight > 0)

    @property
    def weight(self) -> float:
        return sum(slot.weight for slot in self.slots)
