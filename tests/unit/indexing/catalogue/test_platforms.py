"""Exports made up for these tests, one a platform and language, read as they should be.

tests/exports_invented/products.json is what was read, looked through by hand; write it again with
`python tests/unit/indexing/catalogue/test_platforms.py` and look through what changed.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexing.catalogue.documents import shown_json
from indexing.catalogue.map_file import read_map_file
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.platform import Platform, known_platforms
from indexing.catalogue.product import Product
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.source_reading import ReadingOptions
from indexing.errors import CatalogError

ROOT = next(each for each in Path(__file__).parents if (each / "pyproject.toml").exists())
FOLDER = ROOT / "tests" / "exports_invented"
EXPECTED = FOLDER / "products.json"
SCHEMA = ROOT / "docs" / "mapping.schema.json"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
FILES = sorted(path.name for path in FOLDER.iterdir() if path != EXPECTED)


def products(path: Path, **options: Any) -> list[dict[str, Any]]:
    reader = CatalogReader([path], FieldMapping(), options=ReadingOptions(now=NOW, **options))
    return [orjson.loads(shown_json(each)) for each in reader if isinstance(each, Product)]


@pytest.mark.parametrize("file", FILES)
def test_what_is_read(file: str) -> None:
    assert products(FOLDER / file) == json.loads(EXPECTED.read_text("utf-8"))[file]


def test_a_mapping_file_goes_before_the_platform(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[fields]\nbrand = { constant = "Own" }\ntitle = "Artikelnummer"\n')
    made = products(FOLDER / "woo_de.csv", mine=read_map_file(path))
    assert [each["title"] for each in made] == ["FH-R", "FH-G", "SCH"]
    assert {each["brand"] for each in made} == {"Own"}
    assert made[0]["category"] == ["Hüte", "Filz, Wolle"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[fields]\ntitel = "a"\n', r"map\.toml:2: fields\.titel is no field"),
        ('[fields.price]\nfrom = "a"\ndecimal = ";"\n', r"map\.toml:3: fields\.price\.decimal"),
        ("x = 1\n", r"map\.toml:1: x: extra inputs"),
        ("[fields\n", r"map\.toml: is not valid TOML: .*line 1"),
    ],
)
def test_mapping_files_that_cannot_be_used(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(CatalogError, match=told):
        read_map_file(path)


def test_the_schema_is_published() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == Platform.model_json_schema()


def test_every_platform_names_its_page() -> None:
    for name, platform in known_platforms().items():
        assert platform.notes, name
        assert platform.page.startswith("https://") or not platform.recognise, name


if __name__ == "__main__":
    read = {file: products(FOLDER / file) for file in FILES}
    lines = (f"{json.dumps(file)}: {json.dumps(read[file], ensure_ascii=False)}" for file in FILES)
    EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    SCHEMA.write_text(json.dumps(Platform.model_json_schema(), indent=1) + "\n", "utf-8")
