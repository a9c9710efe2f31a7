"""Doc values: what filters, facets, sorting and features read, one column a field."""

from indexing.columns.builder import ColumnsBuilder
from indexing.columns.columns import CORE_NUMBERS, Columns
from indexing.columns.groups import Groups
from indexing.columns.keyword import KeywordColumn, KeywordTable
from indexing.columns.numeric import NumericColumn

__all__ = [
    "CORE_NUMBERS",
    "Columns",
    "ColumnsBuilder",
    "Groups",
    "KeywordColumn",
    "KeywordTable",
    "NumericColumn",
]
