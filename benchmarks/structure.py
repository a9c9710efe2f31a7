"""How large are the parts? Doors a folder, lengths of files and functions, long argument lists.

`python -m benchmarks.structure [CHECKOUT]`; docs/architecture.md has its numbers.
"""

import ast
import sys
from collections import Counter
from pathlib import Path

import numpy as np

PACKAGES = ("app", "indexing", "ranking")
MOST_ARGUMENTS = 6


def main(root: Path) -> None:
    files = sorted(path for name in PACKAGES for path in (root / name).rglob("*.py"))
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}
    doors = Counter(str(path.parent.relative_to(root)) for path in files)
    lines = [path.read_text(encoding="utf-8").count("\n") for path in files]
    functions = [
        (path, node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for _, node in functions]
    long = [
        f"{path.relative_to(root)}:{node.name}"
        for path, node in functions
        if argument_count(node) > MOST_ARGUMENTS and not compiled(node)
    ]
    print(f"files: {len(files)}, in {len(doors)} folders")
    print("files a folder: " + ", ".join(f"{name} {n}" for name, n in doors.most_common(8)))
    print("lines a file: " + spread(lines))
    print("lines a function: " + spread(lengths))
    print(f"functions of more than {MOST_ARGUMENTS} arguments, kernels left out: {len(long)}")
    print("\n".join(f"  {name}" for name in long))


def spread(counts: list[int]) -> str:
    median, high = np.percentile(counts, [50, 90])
    return f"median {median:.0f}, p90 {high:.0f}, most {max(counts)}"


def argument_count(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Without self and cls."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return sum(each.arg not in ("self", "cls") for each in given)


def compiled(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Kernels take their arrays one by one."""
    return any("njit" in ast.unparse(each) for each in node.decorator_list)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
