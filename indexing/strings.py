"""Tables of strings as two flat arrays: number → string, memory-mapped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.arrays import UInt8Array, UInt64Array, load_array, save_array


@dataclass(frozen=True, slots=True)
class StringTable:
    """Strings by number.

    blob: uint8[bytes], all strings in UTF-8, one after the other.
    offsets: uint64[n + 1], where each begins; the last is the length of the blob.
    """

    blob: UInt8Array
    offsets: UInt64Array

    @classmethod
    def of(cls, strings: Iterable[str]) -> "StringTable":
        encoded = [text.encode("utf-8", "surrogatepass") for text in strings]
        offsets = np.zeros(len(encoded) + 1, dtype=np.uint64)
        np.cumsum([len(piece) for piece in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def save(self, folder: Path, name: str) -> None:
        save_array(folder / f"{name}.blob.npy", self.blob)
        save_array(folder / f"{name}.offsets.npy", self.offsets)

    @classmethod
    def load(cls, folder: Path, name: str) -> "StringTable":
        return cls(
            load_array(folder / f"{name}.blob.npy"), load_array(folder / f"{name}.offsets.npy")
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def bytes_at(self, number: int) -> bytes:
        return self.blob[int(self.offsets[number]) : int(self.offsets[number + 1])].tobytes()

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self):
            raise IndexError(f"string {number} of {len(self)}")
        return self.bytes_at(number).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))
