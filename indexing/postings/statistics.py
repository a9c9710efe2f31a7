"""Collection statistics, kept apart from the postings so that segments and shards share them."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.arrays import Float64Array, UInt32Array, load_array, save_array
from indexing.postings.lexicon import UNKNOWN


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the whole collection, of which the postings beside it may be a part.

    doc_count: documents. mean_lengths: float64[fields], in positions.
    doc_freqs: uint32[terms], documents that hold the term in any field; a term behind them came
    after the build, and is held by none that was counted.
    """

    doc_count: int
    mean_lengths: Float64Array
    doc_freqs: UInt32Array

    def doc_freq(self, term_id: int) -> int:
        """Documents that hold a term, which may be UNKNOWN."""
        known = term_id != UNKNOWN and term_id < len(self.doc_freqs)
        return int(self.doc_freqs[term_id]) if known else 0

    def idf(self, term_id: int) -> float:
        """Weight of a term by its rarity; above 0, larger for rarer terms, most for UNKNOWN.

        ln(1 + (N - n + 0.5) / (n + 0.5)), n of N documents with the term: Lucene's variant of the
        Robertson and Sparck Jones weight; the 1 keeps it positive for terms in more than half of
        the documents. The only idf there is: a list's own length is one segment's frequency.
        """
        known = 0 <= term_id < len(self.doc_freqs)
        freq = int(self.doc_freqs[term_id]) if known else 0
        return math.log1p((self.doc_count - freq + 0.5) / (freq + 0.5))

    def save(self, folder: Path) -> None:
        save_array(folder / "doc_freqs.npy", self.doc_freqs)
        facts = {"doc_count": self.doc_count, "mean_lengths": self.mean_lengths.tolist()}
        (folder / "statistics.json").write_text(json.dumps(facts))

    @classmethod
    def load(cls, folder: Path) -> "Statistics":
        facts = json.loads((folder / "statistics.json").read_text())
        return cls(
            int(facts["doc_count"]),
            np.array(facts["mean_lengths"], dtype=np.float64),
            load_array(folder / "doc_freqs.npy"),
        )
