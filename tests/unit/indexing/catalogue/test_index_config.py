import re
from pathlib import Path

import pytest

from indexing.catalogue.index_config import IndexConfig, IndexConfigError, read_config
from indexing.catalogue.mapping import FieldMapping, read_mapping

DOCUMENTED = Path(__file__).resolve().parents[4] / "docs" / "catalogue-format.md"


def read(tmp_path: Path, text: str) -> IndexConfig:
    path = tmp_path / "index.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_everything_has_a_default(tmp_path: Path) -> None:
    config = read(tmp_path, "")
    assert config == IndexConfig() == read_config(None)
    assert config.languages == ("en",)
    assert config.facets is None
    assert config.out_of_stock == "keep"
    assert config.min_matches is None
    assert not config.policies


def test_a_full_file(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        languages = ["de", "zh"]
        facets = ["color"]
        sorts = "auto"
        currency = "EUR"
        out_of_stock = "demote"
        min_matches = 24

        [weights]
        title = 2

        [diversity]
        spread = "dpp"
        twin_title = "off"

        [[diversity.caps]]
        key = "attributes.seller"
        most = 2
        window = 8

        [policies.wide]
        fine_pool = 500
        model = "shipped"
        weights = {brand = 2}
        diversity.caps = []

        [aliases]
        title = "titel"
        category = ["gruppe", "untergruppe"]
        attributes.color = "farbe"
        """,
    )
    assert config.weights == {"title": 2.0}
    assert config.facets == ("attributes.color",)
    assert config.sorts is None
    assert config.aliases == {
        "title": ("titel",),
        "category": ("gruppe", "untergruppe"),
        "attributes.color": ("farbe",),
    }
    assert IndexConfig.from_facts(config.facts()) == config


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("langages = []", r"line 1: langages is not a setting\. Known are weights, min_matches"),
        ("languages = []", "languages: .*at least 1"),
        ('out_of_stock = "drop"', "out_of_stock: .*'keep', 'demote' or 'hide', not 'drop'"),
        ("min_matches = 0", "min_matches: .*greater than or equal to 1, not 0"),
        ('min_matches = "many"', "min_matches: .*integer"),
        ('currency = "euro"', "currency: "),
        ("[weights]\ntitel = 1", "weights.titel is not a searchable field: .*'title'"),
        ("[weights]\ntitle = -1", "weights.title: .*greater than or equal to 0"),
        ("[weights]\ntitle = nan", "weights.title: .*finite"),
        ('[aliases]\ntitel = "name"', "'titel' is not a product field"),
        ("[aliases]\ntitle = 5", "aliases: title must be"),
        ("facets = [", "is not valid TOML"),
        ("\n\nfine_pool = 2000", "line 3: fine_pool: .*less than or equal to 1000, not 2000"),
        ("[diversity]\nspread = 'mrr'", "line 2: diversity.spread: .*'mmr' or 'dpp', not 'mrr'"),
        ("[diversity]\ntwin_title = 2", "line 2: diversity.twin_title: should be .*'off', not 2"),
        ("diversity.twin_cosine = true", "line 1: diversity.twin_cosine: should be a number"),
        ("[diversity]\nmmr = 1", "diversity.mmr is not a setting. Known are head, relevance_gap"),
        (
            "[[diversity.caps]]\nkey='brand'\nmost=1\nwindow=2\n"
            "[[diversity.caps]]\nkey='brand'\nmost=3\nwindow=2",
            r"line 5: diversity.caps.1: most \(3\) should be at most window \(2\)",
        ),
        ("[policies.A]\n", "line 1: policies.A: "),
        ("[policies.default]\n", "line 1: policies: 'default' is the index's own"),
        ("[policies.a]\n[policies.b]\nmodle='m'", "line 3: policies.b.modle is not .*weights, min"),
        ("[policies.b]\nmodel='../m'", "line 2: policies.b.model: "),
        ("[policies.b.weights]\ntitel=1", "line 2: policies.b.weights.titel is not a searchable"),
        (
            "weights.brand = 0\n[policies.b]\nweights.brand=1",
            "line 2: policies: b weighs brand, which `weights` at the top leaves out",
        ),
    ],
)
def test_errors_name_file_key_and_what_is_allowed(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(IndexConfigError, match=rf"index\.toml: .*{told}"):
        read(tmp_path, text)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(IndexConfigError, match="cannot be read"):
        read_config(tmp_path / "index.toml")


def test_settings_of_another_version() -> None:
    with pytest.raises(IndexConfigError, match="Build the index again"):
        IndexConfig.from_facts({"out_of_stock": "explode"})
    assert IndexConfig.from_facts({"new_setting": 1}) == IndexConfig()


def test_the_documented_files_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCUMENTED.read_text("utf-8"), re.DOTALL)
    mapping, config = (tmp_path / name for name in ("map.toml", "index.toml"))
    for path, block in zip((mapping, config), blocks, strict=True):
        path.write_text(block, "utf-8")
    pairs = read_mapping(mapping)
    assert pairs["attributes.color"] == "farbe"
    assert FieldMapping.of(pairs).explicit
    assert set(read_config(config).model_dump(exclude_unset=True)) == set(IndexConfig.model_fields)
