"""docs/configuration.md says the same as app/settings.py and indexing/catalogue/index_config.py."""

import re
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin

import annotated_types
import pytest
from source_tree import ROOT

from app.settings import Settings, load_settings
from indexing.catalogue.index_config import IndexConfig, read_config
from indexing.catalogue.policy_config import OWN, NamedPolicySettings, SearchableField
from indexing.catalogue.traffic_config import TrafficSettings
from ranking.bm25 import Bm25Weights
from ranking.policy import Policy, policies_of
from ranking.rerank.policy import DiversityPolicy, WindowCap

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
_ROW = r"^\| `(VITRINA_\w+)` \| (.*?) \| (.*?) \| (.*) \|$"


def documented() -> dict[str, tuple[str, str, str]]:
    rows = re.findall(_ROW, PAGE, flags=re.M)
    assert len({name for name, *_ in rows}) == len(rows), "a setting is listed twice"
    return {name: (default, allowed, meaning) for name, default, allowed, meaning in rows}


def variable(name: str) -> str:
    return f"VITRINA_{name.upper()}"


def shown(default: object) -> str:
    if default in (None, (), {}):
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def allowed(field: Any) -> str:
    """As the page writes it: a range, or the choices."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    low = high = None
    for bound in field.metadata:
        if isinstance(bound, annotated_types.Ge):
            low = bound.ge
        elif isinstance(bound, annotated_types.Gt):
            low = f"over {bound.gt}"
        elif isinstance(bound, annotated_types.Le):
            high = bound.le
    if low is None:
        return ""
    return f"{low} or more" if high is None else f"{low} to {high:,}"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_true_row(name: str) -> None:
    field = Settings.model_fields[name]
    row = documented()[variable(name)]
    assert row == (shown(field.default), allowed(field), field.description)


def test_no_row_without_a_setting() -> None:
    assert set(documented()) == {variable(name) for name in Settings.model_fields}


def test_defaults_are_those_of_an_empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    settings = load_settings()
    for name, field in Settings.model_fields.items():
        assert getattr(settings, name) == field.default


def test_the_example_of_the_environment_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    assignments = re.findall(r"^export (VITRINA_\w+)='?(.*?)'?(?:  #.*)?$", example, re.M)
    assert len(assignments) == example.count("export")
    for name, value in assignments:
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.cors_origins == ("https://shop.example", "https://admin.shop.example")
    assert settings.admin_key is not None
    assert settings.log_format == "json"


def test_the_index_toml_names_every_key(tmp_path: Any) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    path = tmp_path / "index.toml"
    path.write_text(example, encoding="utf-8")
    config = read_config(path)
    assert set(config.model_dump(exclude_unset=True)) == set(IndexConfig.model_fields)
    assert set(config.weights) == set(get_args(SearchableField))
    (policy,) = config.policies.values()
    assert policy.model_fields_set < set(NamedPolicySettings.model_fields)


def test_keys_of_index_toml_have_true_defaults() -> None:
    chapter = PAGE.partition("\n## index.toml\n")[2]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", chapter, flags=re.M)
    weights = dict(
        zip(
            ("title", "brand", "category", "attributes", "description", "identifiers"),
            Bm25Weights().weights,
            strict=True,
        )
    )
    expected = {
        "languages": '`["en"]`',
        "weights": ", ".join(f"{name} {weight:g}" for name, weight in weights.items()),
        "facets": '`"auto"`',
        "sorts": '`"auto"`',
        "aliases": "none",
        "currency": "what most prices say",
        "rates": "none",
        "out_of_stock": '`"keep"`',
        "demote_when_sorted": "`true`",
        "word_forms": '`["spellings", "words", "compounds"]`',
        "general_kinds": "`true`",
        "most_lost": f"`{IndexConfig().most_lost:g}`",
        "most_price_change": f"`{IndexConfig().most_price_change:g}`",
        "min_matches": f"`{Policy().min_matches}`",
        "coarse_pool": f"`{Policy().coarse_pool}`",
        "fine_pool": f"`{Policy().fine_pool}`",
        "diversity": "as below",
        "traffic": "as below",
        "replicas": "none",
        "policies": "none",
    }
    assert dict(rows) == expected
    assert set(expected) == set(IndexConfig.model_fields)
    config = IndexConfig()
    assert policies_of(config) == {OWN: Policy()}
    assert (config.languages, config.out_of_stock) == (("en",), "keep")
    assert (config.facets, config.sorts, config.currency) == (None, None, None)


def test_keys_of_traffic_have_true_defaults() -> None:
    rows = re.findall(r"^\| `traffic\.(\w+)` \| `(.*?)` \| .* \|$", PAGE, flags=re.M)
    defaults = TrafficSettings().model_dump()
    assert dict(rows) == {name: str(value) for name, value in defaults.items()}


def test_keys_of_diversity_have_true_defaults() -> None:
    rows = re.findall(r"^\| `diversity\.(\w+)` \| `(.*?)` \| .* \|$", PAGE, flags=re.M)
    plain = DiversityPolicy()
    assert dict(rows) == {each.name: toml(getattr(plain, each.name)) for each in fields(plain)}


def toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, WindowCap):
        return f'{{key = "{value.key}", most = {value.most}, window = {value.window}}}'
    return f'"{value}"' if isinstance(value, str) else str(value)
