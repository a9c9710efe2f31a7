"""Things that go with a kind of thing: of a laptop the laptop bag. See docs/types.md."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import UInt32Array, UInt64Array, load_array, save_array
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.postings.strict_match import query_words
from indexing.query_log.table import signature_of
from indexing.strings import StringTable

COMPANIONS: Final = "companions"


@dataclass(frozen=True, slots=True)
class Companions:
    """kinds: names of kinds and things, their stems in the order of titles with spaces between.

    starts: uint32[k + 1] into texts: what goes with each, as it is searched, commonest first; each
    finds a product by all of its words. signatures: uint64 of each text, as in the query table.
    """

    kinds: Lexicon
    starts: UInt32Array
    texts: StringTable
    signatures: UInt64Array

    @classmethod
    def of(cls, by_kind: dict[str, list[str]], analyzer: Analyzer | None = None) -> "Companions":
        """Each text may be under several kinds. analyzer: of the texts, if there are any."""
        kinds = sorted(by_kind, key=str.encode)
        starts = [0]
        for kind in kinds:
            starts.append(starts[-1] + len(by_kind[kind]))
        texts = [text for kind in kinds for text in by_kind[kind]]
        signs = [
            signature_of(query_words(text, analyzer)) for text in texts if analyzer is not None
        ]
        return cls(
            Lexicon(StringTable.of(kinds)),
            np.array(starts, dtype=np.uint32),
            StringTable.of(texts),
            np.array(signs, dtype=np.uint64),
        )

    @classmethod
    def load(cls, folder: Path) -> "Companions":
        return cls(
            Lexicon.load(folder), load_array(folder / "starts.npy"),
            StringTable.load(folder, "texts"), load_array(folder / "signatures.npy"),
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        self.kinds.save(folder)
        save_array(folder / "starts.npy", self.starts)
        self.texts.save(folder, "texts")
        save_array(folder / "signatures.npy", self.signatures)

    def __len__(self) -> int:
        return len(self.kinds)

    def of_kind(self, kind: str) -> list[tuple[str, int]]:
        """What goes with a kind, commonest first, with its signature."""
        row = self.kinds.id_of(kind)
        if row == UNKNOWN:
            return []
        places = range(int(self.starts[row]), int(self.starts[row + 1]))
        return [(self.texts[place], int(self.signatures[place])) for place in places]
