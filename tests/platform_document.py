"""The sections of docs/catalogue-format.md that are made from the platforms' files.

`python tests/platform_document.py` writes them again.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexing.catalogue.catalog_report import TOLD_FIELDS
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.platform import FieldRule, Platform, known_platforms
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.source_reading import ReadingOptions

ROOT = next(each for each in Path(__file__).parents if (each / "pyproject.toml").exists())
PAGE = ROOT / "docs" / "catalogue-format.md"
BEGIN, END = "<!-- platforms -->\n", "<!-- end of platforms -->\n"
_NOW = datetime(2026, 11, 26, tzinfo=UTC)
_SHOWN = 5


def sections() -> str:
    """A table of the exports that are tested, then a section a platform."""
    known = known_platforms().values()
    return f"{_table()}\n" + "".join(_section(each) for each in known)


def _table() -> str:
    expected = json.loads((ROOT / "tests" / "exports" / "expected.json").read_text("utf-8"))
    lines = [
        "| export | taken for | commands | rows | products | fields filled | first search right |",
        "|---|---|---|---|---|---|---|",
    ]
    for folder, names in (("exports", expected), ("exports_invented", _invented())):
        for name in names:
            path = ROOT / "tests" / folder / name
            reader = CatalogReader([path], FieldMapping(), options=ReadingOptions(now=_NOW))
            list(reader)
            (report,) = reader.reports
            filled = sum(1 for each in TOLD_FIELDS if report.filled[each])
            lines.append(
                f"| `{name}` | {report.platform} | 1 | {report.rows} | {report.products} "
                f"| {filled} of {len(TOLD_FIELDS)} | {_searches(expected.get(name))} |"
            )
    return "\n".join(lines) + "\n"


def _searches(expected: dict[str, Any] | None) -> str:
    """test_exports.py holds every one of them."""
    asked = [] if expected is None else expected.get("searches", [])
    return f"{len(asked)} of {len(asked)}" if asked else ""


def _invented() -> list[str]:
    folder = ROOT / "tests" / "exports_invented"
    return sorted(path.name for path in folder.iterdir() if path.name != "products.json")


def _section(platform: Platform) -> str:
    lines = [f"### {platform.title}", "", " ".join(platform.notes.split())]
    if platform.page:
        lines[-1] += f" [The platform's own page]({platform.page})."
    lines += ["", "| field | columns |", "|---|---|"]
    for target, rule in platform.fields.items():
        if rule.sources:
            lines.append(f"| `{target}` | {_columns(rule)} |")
    if platform.unpublished:
        left = [
            f"`{name}`: {', '.join(map(_code, held))}"
            for name, held in platform.unpublished.items()
        ]
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        lines += ["", f"Left out: {'; '.join(left[:_SHOWN])}{more}."]
    return "\n".join(lines) + "\n\n"


def _columns(rule: FieldRule) -> str:
    shown = ", ".join(map(_code, rule.sources[:_SHOWN]))
    more = len(rule.sources) - _SHOWN
    told = f"{shown} and {more} more names" if more > 0 else shown
    if rule.path:
        told += f"; levels by {', '.join(map(_code, rule.path))}"
    return told + (f"; several by {_code(rule.split)}" if rule.split else "")


def _code(text: str) -> str:
    return f"<code>{text.replace('&', '&amp;').replace('|', '&#124;').replace('<', '&lt;')}</code>"


def with_sections(page: str) -> str:
    """The page with the sections made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{sections()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_sections(PAGE.read_text("utf-8")), "utf-8")
