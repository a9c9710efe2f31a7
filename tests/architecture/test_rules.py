"""Rules of the whole code that a linter does not know."""

import ast
from collections.abc import Iterator

import pytest
from source_tree import PACKAGES, Source, sources

VAGUE_NAMES = {"utils", "util", "manager", "helper", "helpers", "common", "misc", "data", "process"}


def _name(source: Source) -> str:
    return source.path


def _calls(source: Source) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("source", sources(*PACKAGES), ids=_name)
def test_nothing_read_is_run(source: Source) -> None:
    for called, node in _calls(source):
        where = f"{source.path}:{node.lineno}"
        assert called not in {"eval", "exec", "compile", "__import__"}, where
        for keyword in node.keywords:
            if keyword.arg == "allow_pickle":
                assert ast.unparse(keyword.value) == "False", where
            if keyword.arg == "shell":
                assert ast.unparse(keyword.value) == "False", where


@pytest.mark.parametrize("source", sources("indexing", "ranking"), ids=_name)
def test_errors_are_named(source: Source) -> None:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = "everything" if node.type is None else ast.unparse(node.type)
            assert caught not in {"everything", "Exception", "BaseException"}, (
                f"{source.path}:{node.lineno} catches {caught}"
            )


@pytest.mark.parametrize("source", sources(*PACKAGES), ids=_name)
def test_the_environment_is_read_in_settings_only(source: Source) -> None:
    if source.path == "app/settings.py":
        return
    for node in ast.walk(source.tree):
        text = ast.unparse(node) if isinstance(node, ast.Subscript | ast.Call) else ""
        reads = text.startswith(("os.getenv(", "os.environ.get(")) or (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Load)
            and text.startswith("os.environ[")
        )
        assert not reads, f"{source.path}:{node.lineno} reads the environment: {text}"


@pytest.mark.parametrize("source", sources(*PACKAGES), ids=_name)
def test_files_say_what_they_hold(source: Source) -> None:
    parts = source.path.removesuffix(".py").split("/")
    assert not VAGUE_NAMES & set(parts), f"{source.path}: name it after what it holds"
