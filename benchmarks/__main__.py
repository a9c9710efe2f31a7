"""All measurements, one after the other: `make bench`, or `python -m benchmarks [NAME…]`.

Each runs in a process of its own, so that none finds another's caches or memory. Those over real
product-search sets need VITRINA_SHARED, or a folder `shared` beside the checkout; without it they
are named and left out.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("VITRINA_SHARED", ROOT.parent / "shared")) / "data"
DATA = str(SHARED_DATA)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """module: in this folder; its docstring says what it measures."""

    module: str
    arguments: tuple[str, ...] = ()

    @property
    def needs_data(self) -> bool:
        return DATA in self.arguments


BENCHMARKS = (
    Benchmark("retrieval", (DATA,)),
    Benchmark("large_shop"),
    Benchmark("http_load"),
    Benchmark("keystroke"),
    Benchmark("keys"),
    Benchmark("merchandising"),
    Benchmark("rerank_speed"),
    Benchmark("ranking", (DATA,)),
    Benchmark("ranking_speed"),
    Benchmark("experiments"),
    Benchmark("diversity", (DATA,)),
    Benchmark("correction", ("--data", DATA)),
    Benchmark("entities", (DATA,)),
    Benchmark("head_queries", (DATA,)),
    Benchmark("clicked_kinds", (DATA, "--searches", "200", "--nights", "3")),
    Benchmark("understanding", (DATA,)),
    Benchmark("corrected_queries", (DATA,)),
    Benchmark("suggestion", ("--data", DATA)),
    Benchmark("query_products"),
    Benchmark("catalog_reading"),
    Benchmark("encoder_recall", (DATA,)),
    Benchmark("change_log"),
    Benchmark("change_faults"),
    Benchmark("event_faults"),
    Benchmark("event_load"),
    Benchmark("freshness"),
    Benchmark("living_start"),
    Benchmark("living_faults"),
    Benchmark("structure"),
    Benchmark("click_models", (DATA,)),
    Benchmark("learning_from_clicks"),
    Benchmark("personalisation"),
    Benchmark("policy_value", (DATA,)),
    Benchmark("training_from_clicks"),
    Benchmark("behaviour_weights"),
    Benchmark("learn_events"),
    Benchmark("personal_speed"),
    Benchmark("little_known_speed"),
)


def main(names: list[str]) -> int:
    unknown = set(names) - {benchmark.module for benchmark in BENCHMARKS}
    if unknown:
        known = ", ".join(benchmark.module for benchmark in BENCHMARKS)
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {known}", file=sys.stderr)
        return 2
    failed = []
    for benchmark in BENCHMARKS:
        if names and benchmark.module not in names:
            continue
        print(f"\n== {benchmark.module} ==", flush=True)
        if benchmark.needs_data and not SHARED_DATA.is_dir():
            print(f"left out: needs {SHARED_DATA}")
            continue
        command = [sys.executable, "-m", f"benchmarks.{benchmark.module}", *benchmark.arguments]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(benchmark.module)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
