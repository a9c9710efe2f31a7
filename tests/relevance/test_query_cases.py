"""How shoppers' queries are understood: small made-up shops, asked through the service.

Checks that do not hold yet stand in the folder's expected_failures.tsv, each with the reason. They
must be taken out when they hold.
"""

import csv
from collections.abc import Iterator

import pytest
from catalogs import NOW
from http_service import serving
from query_cases import GIVEN, INVENTED, Check, Shops, hold, read_checks

from indexing.build import BuildOptions, build
from indexing.catalogue.index_config import read_config
from indexing.progress import Silent

FOLDERS = (GIVEN, INVENTED)
CHECKS = [check for folder in FOLDERS for check in read_checks(folder)]


def expected_failures() -> dict[str, str]:
    """Check → reason."""
    found = {}
    for folder in FOLDERS:
        with (folder / "expected_failures.tsv").open(encoding="utf-8", newline="") as lines:
            found |= dict(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return found


FAILING = expected_failures()


def marked(check: Check) -> object:
    reason = FAILING.get(check.id)
    marks = [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]
    return pytest.param(check, id=check.id, marks=marks)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    data = tmp_path_factory.mktemp("cases")
    cases = (file.parent for folder in FOLDERS for file in sorted(folder.glob("*/products.jsonl")))
    for folder in cases:
        config, log = folder / "index.toml", folder / "queries.tsv"
        options = BuildOptions(
            [folder / "products.jsonl"],
            data / folder.name,
            "test",
            config=read_config(config if config.exists() else None),
            queries=log if log.exists() else None,
        )
        build(options, NOW, Silent())
    with serving(data, default_index="plurals") as client:
        yield Shops(client)


@pytest.mark.parametrize("check", [marked(check) for check in CHECKS])
def test_query_case(check: Check, shops: Shops) -> None:
    hold(check, shops)


def test_expected_failures_are_checks_and_say_why() -> None:
    assert set(FAILING) <= {check.id for check in CHECKS}
    assert all(FAILING.values())


def test_no_two_shops_have_one_name() -> None:
    names = [file.parent.name for folder in FOLDERS for file in folder.glob("*/products.jsonl")]
    assert len(names) == len(set(names))
