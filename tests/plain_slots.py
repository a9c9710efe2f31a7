"""Slots of a text that means nothing but its words."""

from indexing.analysis.analyzer import Analyzer
from indexing.postings.lexicon import Lexicon
from indexing.postings.statistics import Statistics
from ranking.query.analyse import slots_from
from ranking.query.query import Slot
from ranking.query.words import QueryWords


def slots_of(
    text: str, analyzer: Analyzer, lexicon: Lexicon, statistics: Statistics
) -> tuple[Slot, ...]:
    return slots_from(QueryWords.of(text, analyzer, lexicon), analyzer.stop_words, statistics)
