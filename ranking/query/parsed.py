"""A text as words, slots and a price: one way to read it, literally or corrected."""

from dataclasses import dataclass

from indexing.analysis.chunks import Kind
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from ranking.query.analyse import elided_alone, slots_from
from ranking.query.names import names_product, title_holds
from ranking.query.price_phrases import PriceWish, find_price
from ranking.query.query import Slot
from ranking.query.word_forms import with_forms
from ranking.query.words import QueryWords
from ranking.query.written_otherwise import as_written


@dataclass(frozen=True, slots=True)
class Parsed:
    """taken: positions of the price's words, which no product needs to hold."""

    words: QueryWords
    slots: tuple[Slot, ...]
    price: PriceWish | None
    taken: frozenset[int]


def parse(text: str, snapshot: Snapshot, prices: bool) -> Parsed:
    index = snapshot.index
    text = as_written(text, snapshot)
    words = QueryWords.of(text, snapshot.analyzer, index.lexicon)
    price = _price(words, snapshot) if prices else None
    taken = words.positions(price.start, price.end) if price is not None else frozenset()
    stops = snapshot.analyzer.stop_words
    if _is_name(words, stops, snapshot):
        stops = frozenset()
    unsaid = taken | elided_alone(words, snapshot.analyzer.elided)
    slots = slots_from(words, stops, index.statistics, unsaid)
    slots = with_forms(slots, words, snapshot)
    return Parsed(words, slots, price, taken)


def _is_name(words: QueryWords, stops: frozenset[str], snapshot: Snapshot) -> bool:
    """Whether a query that is two thirds stop words is what some title says: Let It Be."""
    terms = {token.term for token in words.tokens if token.kind == Kind.WORD}
    mostly = 3 * len(terms & stops) >= 2 * len(terms) and len(terms) > 1
    return mostly and title_holds(words, frozenset(range(len(words.primary))), snapshot)


def _price(words: QueryWords, snapshot: Snapshot) -> PriceWish | None:
    """The price wish, in the index's currency; none where its words name a product (Max 100)."""
    rates = snapshot.config.currency_rates()
    weighs = snapshot.index.lexicon.id_of("lb") != UNKNOWN
    found = find_price(
        words.text,
        rates.currency,
        snapshot.analyzer.decimal_comma,
        rates.rates,
        pounds="GBP" in rates.rates and not weighs,
    )
    if found is None or found.soft:
        return found
    places = words.positions(found.start, found.end)
    if not found.certain and names_product(words, places, snapshot):
        return None
    return found.within(lambda amount: rates.converted(amount, found.currency))
