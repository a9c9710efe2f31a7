"""The real product sets, as a user would give them."""

from pathlib import Path

import pytest

from indexing.catalog import RejectedLine
from indexing.mapping import FieldMapping
from indexing.sources import CatalogReader

COUNTS = {
    "bigbasket": 27_554,  # and one line with neither title nor description
    "chorus_icecat": 19_406,
    "esci_us_150": 6_764,
    "homedepot": 54_667,
    "openbg_zh": 997,
    "product1m_zh": 9_220,
    "retrotech": 46_156,
    "taobao_beauty": 3_497,
}


@pytest.mark.parametrize("name", COUNTS)
def test_every_line_is_read(shared_folder: Path, name: str) -> None:
    reader = CatalogReader([shared_folder / "data" / name / "products.jsonl.gz"], FieldMapping())
    rejected: list[RejectedLine] = []
    products = 0
    for line in reader:
        if isinstance(line, RejectedLine):
            rejected.append(line)
        else:
            products += 1
    assert products == COUNTS[name]
    assert reader.bytes_read == reader.bytes_total
    if name == "bigbasket":
        assert [(line.line, line.field) for line in rejected] == [(14_364, "title")]
    else:
        assert rejected == []


def test_a_folder_beside_its_queries(shared_folder: Path) -> None:
    reader = CatalogReader([shared_folder / "data" / "esci_us_150"], FieldMapping())
    assert [path.name for path in reader.files] == ["products.jsonl.gz"]
