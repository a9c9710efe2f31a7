"""The suggestion index of a snapshot: the shop's query log first, the catalogue fills up."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from indexing.analysis.analyzer import Analyzer
from indexing.columns import Columns
from indexing.completion_build import CompletionsBuilder
from indexing.completions import BRAND, CATEGORY, PHRASE, QUERY_LOG
from indexing.phrases import StrictMatch, brand_counts, category_counts, title_phrases
from indexing.postings import InvertedIndex

# Sources stand in bands: any logged query before any catalogue entry.
_LOGGED, _CATEGORY, _BRAND, _PHRASE = 1e6, 3e3, 2e3, 1.0
_LEAST_TITLES = 3


@dataclass(frozen=True, slots=True)
class SuggestionCounts:
    """Entries by source, and logged queries left out because they find nothing."""

    logged: int
    catalogue: int
    unfound: int


def build_suggestions(
    folder: Path,
    scratch: Path,
    logged: Iterable[tuple[str, float]],
    titles: Iterable[str],
    columns: Columns,
    index: InvertedIndex,
    analyzer: Analyzer,
) -> SuggestionCounts:
    """Write the completions into the folder. logged: (query, weight above 0)."""
    builder = CompletionsBuilder(scratch)
    strict = StrictMatch(analyzer, index)
    taken = unfound = catalogue = 0
    for query, weight in logged:
        if not strict.finds(query):
            unfound += 1
        else:
            taken += builder.add_entry(query, _LOGGED * weight, QUERY_LOG)
    for name, ordinal, count in category_counts(columns):
        if strict.finds(name):
            catalogue += builder.add_entry(name, _CATEGORY * count, CATEGORY, [(ordinal, 1.0)])
    for name, count in brand_counts(columns):
        if strict.finds(name):
            catalogue += builder.add_entry(name, _BRAND * count, BRAND)
    least = _LEAST_TITLES if columns.doc_count >= 100 else 1
    for phrase, count in title_phrases(titles, analyzer.stop_words, least):
        catalogue += builder.add_entry(phrase, _PHRASE * count, PHRASE)
    builder.finish(folder)
    return SuggestionCounts(taken, catalogue, unfound)
