"""Who may import whom: app → ranking → indexing, and each heavy library behind one door."""

import pytest
from source_tree import PACKAGES, Source, sources

BELOW = {
    "indexing": {"indexing"},
    "ranking": {"ranking", "indexing"},
    "app": {"app", "ranking", "indexing"},
}
# Library → path prefixes where it may be imported.
DOORS = {
    "fastapi": ("app/",),
    "starlette": ("app/",),
    "uvicorn": ("app/",),
    "redis": ("app/redis.py",),
    "typer": ("app/",),
    "pydantic_settings": ("app/settings.py",),
    "duckdb": ("app/state/", "app/events/", "ranking/learning/", "ranking/experiments/"),
    "faiss": ("indexing/vectors/index.py",),
    "lightgbm": ("ranking/rankers/model.py", "ranking/learning/"),
}
# Formats that run code when they are read, and what else must not be on a server.
NEVER = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch"}


def _name(source: Source) -> str:
    return source.path


@pytest.mark.parametrize("source", sources(*PACKAGES), ids=_name)
def test_layers(source: Source) -> None:
    ours = {name.split(".")[0] for name in source.imports()} & {*PACKAGES, "tests", "benchmarks"}
    assert ours <= BELOW[source.package], f"{source.path} imports {ours - BELOW[source.package]}"


@pytest.mark.parametrize("source", sources(*PACKAGES), ids=_name)
def test_doors(source: Source) -> None:
    for library in {name.split(".")[0] for name in source.imports()}:
        assert library not in NEVER, f"{source.path} imports {library}"
        doors = DOORS.get(library)
        assert doors is None or source.path.startswith(doors), (
            f"{source.path} imports {library}, which belongs in {', '.join(doors)}"
        )


def test_the_checks_see_something() -> None:
    assert {source.package for source in sources(*PACKAGES)} == set(PACKAGES)
    assert "redis.asyncio" in next(
        source.imports() for source in sources("app") if source.path == "app/redis.py"
    )
