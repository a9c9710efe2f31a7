"""The project's own source files, parsed once, for the tests of its structure."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KERNELS = ROOT / ".pytest_cache" / "kernels"
"""Shared by all processes that tests start, so that only the first compiles."""
PACKAGES = ("app", "indexing", "ranking")


@dataclass(frozen=True, slots=True)
class Source:
    """path: relative to the checkout, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.split("/", 1)[0]

    def imports(self) -> set[str]:
        """Dotted names of all imported modules, wherever in the file the import stands."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.path}:{node.lineno}: relative import"
                found |= {node.module or ""}
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
        return found


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Python files under these folders of the checkout, in path order."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(ROOT).as_posix()
            found.append(Source(name, text, ast.parse(text, name)))
    return tuple(found)
