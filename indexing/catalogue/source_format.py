"""What a source of rows was taken for: told in the report, and all that reading it needs."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["csv", "json lines", "json", "xml", "workbook", "parquet"]

_TEXT_ONLY = ("csv", "xml")
_SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """source: how it is named to people: the path, and of an archive the member behind it.

    compression: of the file, or "". encoding: Python's name of it, "" of binary formats.
    separator: of a table's cells. records_at: where in the source its rows are: a JSON key, an
    XML element, a sheet. columns: of a table. repaired: lines that were not in the encoding of
    the others, and were read in `repaired_as`. notes: what should be looked at, a sentence each.
    """

    source: str
    kind: Kind
    compression: str = ""
    encoding: str = ""
    separator: str = ""
    records_at: str = ""
    columns: tuple[str, ...] = ()
    repaired: int = 0
    repaired_as: str = ""
    notes: tuple[str, ...] = ()

    @property
    def text_only(self) -> bool:
        """Whether the format knows no numbers and truth values, only texts that read as such."""
        return self.kind in _TEXT_ONLY

    def told(self) -> str:
        """One line: `csv, semicolon between cells, cp1252, in zip`."""
        parts: list[str] = [self.kind]
        if self.separator:
            parts.append(f"{_SEPARATORS.get(self.separator, self.separator)} between cells")
        if self.records_at:
            parts.append(f"rows at {self.records_at}")
        if self.encoding:
            parts.append(self.encoding)
        if self.repaired:
            parts.append(f"{self.repaired:,} lines read as {self.repaired_as}")
        if self.compression:
            parts.append(f"in {self.compression}")
        return ", ".join(parts)
