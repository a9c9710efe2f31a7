"""Columns of the text-match matrix, and their places as constants for the kernels."""

from indexing.postings.postings import Field

COLUMNS = (
    *(f"bm25_{field.name.lower()}" for field in Field),
    *(f"covered_{field.name.lower()}" for field in Field),
    "matched_count",
    "matched_share",
    "title_matched_share",
    "synonym_share",
    "correction_share",
    "title_adjacent_share",
    "title_order_share",
    "title_window",
    "title_first_position",
    "title_unmatched_share",
    "title_length",
    "title_exact",
    "title_phrase",
    "brand_filled_share",
    "category_filled_share",
    "last_term_prefix",
)
"""Columns of the matrix that `text_matches` returns; `docs/features.md` says what each means."""

# Places of the columns, as constants for the kernels.
COUNT = COLUMNS.index("matched_count")
SHARE = COLUMNS.index("matched_share")
IN_TITLE = COLUMNS.index("title_matched_share")
ADJACENT = COLUMNS.index("title_adjacent_share")
ORDER = COLUMNS.index("title_order_share")
WINDOW = COLUMNS.index("title_window")
FIRST = COLUMNS.index("title_first_position")
UNMATCHED = COLUMNS.index("title_unmatched_share")
LENGTH = COLUMNS.index("title_length")
EXACT = COLUMNS.index("title_exact")
PHRASE = COLUMNS.index("title_phrase")
BRAND = COLUMNS.index("brand_filled_share")
CATEGORY = COLUMNS.index("category_filled_share")
PREFIX = COLUMNS.index("last_term_prefix")
DERIVED = COLUMNS.index("synonym_share") - 1  # plus 1 for synonyms, 2 for corrections
TITLE, BRAND_FIELD, CATEGORY_FIELD = int(Field.TITLE), int(Field.BRAND), int(Field.CATEGORY)
