"""From index.toml to the policy of a generation, and the variants of one snapshot."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from catalogs import build_index, open_index
from tiny_model import publish_tiny, write_tiny

from indexing.catalogue.index_config import IndexConfig, read_config
from indexing.catalogue.policy_config import OWN, DiversitySettings
from ranking.errors import UnknownPolicyError
from ranking.policy import Policy, policies_of
from ranking.rerank.policy import DiversityPolicy, WindowCap

PRODUCTS = [
    {"id": str(number), "title": f"desk lamp {number}", "brand": "Acme"} for number in range(9)
]
TOML = """
fine_pool = 200
weights.brand = 0.5
diversity.twin_gap = 0.2

[policies.varied]
min_matches = 7
weights = {title = 2}
diversity.spread = "mmr"
diversity.twin_title = "off"
diversity.caps = [{key = "price", most = 1, window = 3}]

[policies.plain]
model = "shipped"
"""


@pytest.fixture
def config(tmp_path: Path) -> IndexConfig:
    path = tmp_path / "index.toml"
    path.write_text(TOML)
    return read_config(path)


def test_every_key_of_diversity_can_be_set() -> None:
    assert set(DiversitySettings.model_fields) == {each.name for each in fields(DiversityPolicy)}


def test_named_policies_differ_from_the_indexs_own_where_they_say_so(config: IndexConfig) -> None:
    made = policies_of(config)
    own = made[OWN]
    assert own == Policy(
        bm25=Policy().bm25.with_weights({"brand": 0.5}),
        diversity=DiversityPolicy(twin_gap=0.2),
        fine_pool=200,
    )
    assert made["plain"] == replace(own, model="shipped")
    assert made["varied"] == Policy(
        bm25=Policy().bm25.with_weights({"brand": 0.5, "title": 2.0}),
        diversity=DiversityPolicy(
            twin_gap=0.2, spread="mmr", twin_title=None, caps=(WindowCap("price", 1, 3, hard=True),)
        ),
        fine_pool=200,
        min_matches=7,
    )


def test_a_config_survives_the_manifest(config: IndexConfig) -> None:
    assert policies_of(IndexConfig.from_facts(config.facts())) == policies_of(config)


def test_variants_share_a_snapshot_and_rules_and_have_ids_of_their_own(
    config: IndexConfig, tmp_path: Path
) -> None:
    index = tmp_path / "var" / "main"
    build_index(index, PRODUCTS, config=config)
    publish_tiny(index)
    own = open_index(index)
    assert own.under(None) is own.under(OWN) is own
    varied, plain = own.under("varied"), own.under("plain")
    assert len({own.id, varied.id, plain.id}) == 3
    assert own.snapshot is varied.snapshot is plain.snapshot
    assert own.rules is varied.rules
    assert own.ranker is varied.ranker  # one model is loaded once
    assert own.ranker.name == "tiny" != plain.ranker.name
    assert varied.policy.diversity.spread == "mmr"
    with pytest.raises(UnknownPolicyError, match=r"'main' has no policy 'none'.*default, plain"):
        own.under("none")
    assert open_index(index).under("varied").id == varied.id


def test_a_policys_model_that_is_gone_is_told_in_its_variant_only(tmp_path: Path) -> None:
    index = tmp_path / "var" / "main"
    policies = {"tried": {"model": "candidate"}}
    build_index(index, PRODUCTS, config=IndexConfig.model_validate({"policies": policies}))
    own = open_index(index)
    assert not own.degraded
    (told,) = own.under("tried").degraded
    assert told.startswith("model_incompatible: ")
    write_tiny(index, "candidate", own.snapshot.encoder.family)
    tried = open_index(index).under("tried")
    assert (tried.ranker.name, tried.degraded) == ("candidate", ())
