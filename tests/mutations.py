"""Changes the code in small ways and runs its tests: what no test notices, no test holds.

`python tests/mutations.py [--count N] [--seed S] [--under ranking/features]` works on a copy of the
last commit, prints each change and whether a test failed, and the share that were noticed. A number
becomes 0 (0 becomes 1), a comparison or a sum is turned, min and max or two features of a group
change places. Some changes can be seen by nobody; read what survives. See docs/testing.md.
"""

import argparse
import ast
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from subprocess import PIPE

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 240
TESTS: dict[str, tuple[str, ...]] = {
    "ranking/features": ("unit/ranking/features", "properties/test_text_features.py",
                         "properties/test_shares.py"),
    "ranking/rankers": ("unit/ranking/rankers",),
    "ranking/recall": ("unit/ranking/recall", "properties/test_lexical_properties.py",
                       "unit/ranking/query/test_relaxing.py",
                       "unit/ranking/query/test_negation.py", "unit/ranking/search"),
    "ranking/search": ("unit/ranking/search", "unit/ranking/recall", "properties/test_segments.py",
                       "properties/test_highlights.py", "properties/test_explain_properties.py"),
    "ranking/rerank": ("unit/ranking/rerank", "properties/test_rerank_properties.py"),
    "ranking/filters": ("unit/ranking/filters", "properties/test_filter_and_facet_properties.py"),
    "ranking/facets": ("unit/ranking/facets", "properties/test_filter_and_facet_properties.py"),
    "ranking/query": ("unit/ranking/query", "properties/test_understanding_properties.py"),
    "ranking/bm25.py": ("properties/test_lexical_properties.py",),
    "ranking/score_mix.py": ("unit/ranking/test_score_mix.py", "unit/ranking/search"),
}  # fmt: skip
"""Tests of each part, quickest to notice first."""

_TURNED = {
    ast.Lt: ">=", ast.GtE: "<", ast.Gt: "<=", ast.LtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*",
}  # fmt: skip
_SIGNS = {
    ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutation:
    """One replacement in one file. begin, end: places in its text."""

    path: str
    line: int
    begin: int
    end: int
    after: str

    def of(self, text: str) -> str:
        return text[: self.begin] + self.after + text[self.end :]

    def told(self, text: str) -> str:
        here = text.splitlines()[self.line - 1].strip()
        return f"{self.path}:{self.line}: {text[self.begin : self.end]} → {self.after}   | {here}"


def mutations_of(path: str, text: str) -> Iterator[Mutation]:
    """Every change of a file, in the order of its text."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    raw = text.encode()

    def at(line: int, column: int) -> int:
        return len(raw[: starts[line - 1] + column].decode())

    def made(node: ast.AST, begin: int, end: int, after: str) -> Mutation:
        return Mutation(path, getattr(node, "lineno", 1), begin, end, after)

    for node in _code(ast.parse(text)):
        if isinstance(node, ast.Compare | ast.BinOp):
            several = isinstance(node, ast.Compare)
            operator = node.ops[0] if isinstance(node, ast.Compare) else node.op
            left = node.left
            right = node.comparators[0] if isinstance(node, ast.Compare) else node.right
            if type(operator) in _SIGNS and not (several and _is_text(right)):
                begin = at(left.end_lineno or 1, left.end_col_offset or 0)
                between = text[begin : at(right.lineno, right.col_offset)]
                place = begin + between.index(_SIGNS[type(operator)])
                end = place + len(_SIGNS[type(operator)])
                yield made(node, place, end, _TURNED[type(operator)])
            continue
        begin = at(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        end = at(getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield made(node, begin, end, "1" if not node.value else "0")
        elif isinstance(node, ast.Name) and node.id in ("min", "max"):
            yield made(node, begin, end, "max" if node.id == "min" else "min")
    yield from _swaps(path, text)


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run: no annotations, no decorators, no declarations of features."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(tree, ast.FunctionDef) and child in (*tree.decorator_list, tree.returns):
            continue
        if isinstance(child, ast.arg):
            continue
        if isinstance(child, ast.Call) and ast.unparse(child.func) in ("Feature", "Final", "Field"):
            continue
        if isinstance(tree, ast.AnnAssign) and child is tree.annotation:
            continue
        yield child
        yield from _code(child)


def _swaps(path: str, text: str) -> Iterator[Mutation]:
    """`rows["a"] = …` writes to the row of the next feature; both are changed in one."""
    lines = text.splitlines(keepends=True)
    written = [
        (number, line.split('"')[1])
        for number, line in enumerate(lines)
        if line.strip().startswith('rows["') or '.names.index("' in line
    ]
    for (one, first), (other, second) in pairwise(written):
        changed = list(lines)
        changed[one] = changed[one].replace(f'"{first}"', f'"{second}"')
        changed[other] = changed[other].replace(f'"{second}"', f'"{first}"')
        begin = sum(map(len, lines[:one]))
        end = begin + sum(map(len, lines[one : other + 1]))
        yield Mutation(path, one + 1, begin, end, "".join(changed[one : other + 1]))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def sample(copy: Path, under: str, count: int, seed: int) -> list[Mutation]:
    """So many changes, evenly over the parts of the code, drawn by the seed."""
    chance = Random(seed)
    parts: list[list[Mutation]] = []
    for part in sorted(TESTS):
        if part.startswith(under) or under.startswith(part):
            files = [copy / part] if part.endswith(".py") else sorted((copy / part).glob("*.py"))
            names = [path.relative_to(copy).as_posix() for path in files]
            mine = [
                mutation
                for name in names
                if name.startswith(under)
                for mutation in mutations_of(name, (copy / name).read_text("utf-8"))
            ]
            chance.shuffle(mine)
            parts.append(mine)
    chosen = [part.pop() for _ in range(count) for part in parts if part]
    return chosen[:count]


def noticed(copy: Path, mutation: Mutation, clock: int) -> bool:
    """Whether a test fails, or hangs, with the change; the file is as before afterwards."""
    path = copy / mutation.path
    before = path.read_text("utf-8")
    try:
        _write(path, mutation.of(before), clock, copy)
        part = next(part for part in TESTS if mutation.path.startswith(part))
        return not passes(copy, TESTS[part])
    finally:
        _write(path, before, clock + 1, copy)


def _write(path: Path, text: str, clock: int, copy: Path) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, (clock, clock))  # a second apart, as compiled files tell changes by it
    if "@njit" in text:  # kernels hold a copy of those that they call, and do not see them change
        for user in _users(path, copy):
            for kernel in user.parent.glob(f"__pycache__/{user.stem}.*.nb[ic]"):
                kernel.unlink()


def _users(path: Path, copy: Path) -> set[Path]:
    """The file, and those that import it, over however many others."""
    texts = {each: each.read_text("utf-8") for each in (copy / "ranking").rglob("*.py")}
    found, waiting = {path}, [path]
    while waiting:
        name = waiting.pop().relative_to(copy).with_suffix("").as_posix().replace("/", ".")
        for each in texts.keys() - found:
            if f"from {name} import" in texts[each]:
                found.add(each)
                waiting.append(each)
    return found


def passes(copy: Path, tests: Sequence[str], timeout_s: int = TIMEOUT_S) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
               *(f"tests/{test}" for test in tests)]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=copy, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--under", default="ranking/", help="only files of this folder, or one")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        packed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, stdout=PIPE, check=True)
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(copy, filter="data")
        chosen = sample(copy, asked.under, asked.count, asked.seed)
        for part in sorted({p for p in TESTS for m in chosen if m.path.startswith(p)}):
            if not passes(copy, TESTS[part], 4 * TIMEOUT_S):
                sys.stderr.write(f"tests of {part} fail without any change\n")
                return 1
        killed = 0
        for number, mutation in enumerate(chosen):
            told = mutation.told((copy / mutation.path).read_text("utf-8"))
            found = noticed(copy, mutation, 1_000_000_000 + 2 * number)
            killed += found
            sys.stdout.write(f"{'noticed ' if found else 'SURVIVED'} {told}\n")
            sys.stdout.flush()
    share = killed / max(len(chosen), 1)
    sys.stdout.write(f"{killed} of {len(chosen)} changes noticed ({share:.0%})\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
