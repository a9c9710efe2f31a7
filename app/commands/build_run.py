"""One `vitrina build`: an index, or one a language."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from app.commands.announcing import tell_services
from app.commands.catalog_report import tell_lines, tell_sources
from app.commands.folding import folding
from app.progress import ConsoleProgress

if TYPE_CHECKING:
    from indexing.build import BuildOptions, BuildReport
    from indexing.catalogue.sources import Given


@dataclass(frozen=True, slots=True)
class BuildRun:
    """What all indexes of one command have in common. config: the file that --config names."""

    data: Path
    options: "BuildOptions"
    begun: datetime
    moment: datetime | None
    keep_live: bool
    config: Path | None
    console: Console

    def of_locales(self, index: str, given: "Sequence[Given]") -> "list[tuple[str, BuildRun]]":
        """One a language that the catalogue has its texts in. Raises CatalogError."""
        from indexing.catalogue.formats.recognition import FormatOptions
        from indexing.catalogue.locales import catalog_locales
        from indexing.errors import CatalogError

        options = self.options
        formats = FormatOptions(options.encoding, options.records_at, options.config.languages)
        found = catalog_locales(given, formats)
        if not found:
            raise CatalogError(
                "the catalogue has its texts in one language, as far as names such as title_de and "
                'objects such as {"de": …} tell. Build it without --locale all.'
            )
        return [self._in(locale, f"{index}-{locale.lower()}") for locale in found]

    def _in(self, locale: str, index: str) -> "tuple[str, BuildRun]":
        """An index's own index.toml goes before the one of them all; its language is the locale's,
        if that is one which has word forms here.
        """
        from indexing.analysis.analyzer import knows_language
        from indexing.catalogue.index_config import read_config
        from indexing.current import index_folder

        folder = index_folder(self.data, index)
        own = folder / "index.toml"
        configured = self.options.config
        if self.config is None and own.is_file():
            configured = read_config(own)
        elif knows_language(language := locale.split("_", maxsplit=1)[0]):
            configured = configured.model_copy(update={"languages": (language,)})
        options = replace(self.options, index=folder, config=configured, locale=locale)
        return index, replace(self, options=options)

    def build(
        self, index: str, given: "Sequence[Given]", progress: ConsoleProgress
    ) -> "BuildReport":
        """Build, publish and tell. Raises IndexingError."""
        from indexing.build import build as run

        with folding(self.data, index, self.console) as fold:
            at = fold.fold(given, self.moment, self.begun)
            current = fold.in_force(at) if self.keep_live else None
            mapping = replace(self.options.mapping, used=Counter(), names=[])
            options = replace(
                self.options,
                catalog=given,
                mapping=mapping,
                beside=None if current is None else current.missing,
                changes=None
                if at is None
                else lambda: at.report(() if current is None else current.kept),
            )
            report = run(options, datetime.now(UTC), progress)
            if report.published:
                fold.forget()
        if report.published:
            tell_services(index, report.snapshot_id, self.data)
        self._tell(report, index)
        return report

    def _tell(self, report: "BuildReport", index: str) -> None:
        console = self.console
        tell_sources(console, report.sources)
        tell_lines(console, report.replaced.lines())
        counts, made = report.counts, "Published" if report.published else "Staged"
        console.print(
            f"{made} {report.snapshot_id} in index {index!r}: {counts['products']:,} products in "
            f"{counts['groups']:,} groups, {counts['terms']:,} terms; {counts['rejected']:,} lines "
            f"rejected, {counts['duplicates']:,} duplicates replaced.",
            highlight=False,
            soft_wrap=True,
        )
        if report.rejects is not None:
            console.print(f"Rejected lines: {report.rejects}", highlight=False, soft_wrap=True)
        typer.echo(report.snapshot_id)
        if not report.published:
            _tell_staged(report, index, console)


def _tell_staged(report: "BuildReport", index: str, console: Console) -> None:
    """What is to be done with a snapshot that is not in force. Whoever calls ends with STAGED
    if the gate kept it back, so that a nightly job is seen to have stopped.
    """
    for objection in report.objections:
        console.print(f"Not published: {objection}.", highlight=False, soft_wrap=True)
    console.print(
        f"Look at it with `vitrina snapshots diff --index {index}` or with "
        f"`preview={report.snapshot_id}` in a search; publish it with `vitrina snapshots activate "
        f"{report.snapshot_id} --index {index}`, or build with --force.",
        highlight=False,
        soft_wrap=True,
    )
