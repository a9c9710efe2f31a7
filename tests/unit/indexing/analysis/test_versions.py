"""The analyzer of before says what it said: written down by the release that had it."""

import json
from pathlib import Path

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.version_1 import AnalyzerVersion1
from indexing.analysis.versions import analyzer_of, is_present
from indexing.errors import FormatVersionError

SAID = [
    json.loads(line)
    for line in (Path(__file__).parent / "version_1.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said['languages'][0]}-{said['text']}")
def test_version_1(said: dict[str, object]) -> None:
    tokens = AnalyzerVersion1(said["languages"]).tokens(str(said["text"]))  # type: ignore[arg-type]
    assert [list(token) for token in tokens] == said["tokens"]


def test_a_fingerprint_finds_its_version() -> None:
    for languages in (("en",), ("de", "en")):
        for version in (Analyzer, AnalyzerVersion1):
            fingerprint = version(languages).fingerprint
            assert analyzer_of(languages, fingerprint).version == version.version
    assert AnalyzerVersion1(("en",)).fingerprint == "93eca4c3af04f702"
    assert is_present(("en",), Analyzer(("en",)).fingerprint)
    with pytest.raises(FormatVersionError, match="not here any more"):
        analyzer_of(("en",), "0" * 16)
