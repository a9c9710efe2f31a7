"""The archive as tables of DuckDB: what is recent and what was packed, in one view."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from app.state.archive import FILE, columns_of, connect, told
from app.state.journal import StateError
from app.state.rows import TABLES, is_hidden

PACKED: Final = "packed"
_ARROW: Final = {"TEXT": pa.string(), "REAL": pa.float64(), "INTEGER": pa.int64()}
_FETCHED: Final = 50_000


@contextmanager
def open_tables(
    folder: Path, begin: float, end: float, *, threads: int = 1, memory_mb: int = 1_024
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables `events` and `impressions`, of the rows from begin until end, less deleted people.

    What is read is one moment of the archive, however long it is open. Raises StateError.
    """
    db = new_database(folder, threads, memory_mb)
    try:
        with told(folder):
            recent = connect(folder / FILE)
            try:
                recent.execute("BEGIN")
                for table in TABLES:
                    _make(db, recent, folder, table, (begin, end))
            finally:
                recent.close()
        yield db
    except duckdb.Error as error:
        raise StateError(f"the archive in {folder} cannot be read: {error}") from error
    finally:
        db.close()


def new_database(folder: Path, threads: int, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """In memory; what does not fit is spilled beside the archive. It loads no extensions."""
    return duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(folder / ".spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def arrow_schema(table: str) -> pa.Schema:
    """seq, then the table's columns."""
    columns = TABLES[table].items()
    fields = [(name, _ARROW[kind.partition(" ")[0]]) for name, kind in columns]
    return pa.schema([("seq", pa.int64()), *fields])


def fetched(cursor: Any, table: str) -> pa.Table:
    """Rows of SQLite (seq, then the table's columns) as an Arrow table."""
    schema, parts = arrow_schema(table), []
    while rows := cursor.fetchmany(_FETCHED):
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
        ]
        parts.append(pa.Table.from_arrays(arrays, schema=schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _make(
    db: duckdb.DuckDBPyConnection,
    recent: Any,
    folder: Path,
    table: str,
    window: tuple[float, float],
) -> None:
    names = ", ".join(("seq", *TABLES[table]))
    there = columns_of(recent, table)
    asked = ", ".join(["seq", *(n if n in there else f"NULL AS {n}" for n in TABLES[table])])
    found = fetched(
        recent.execute(
            f"SELECT {asked} FROM {table} WHERE happened_at >= ? AND happened_at < ? ORDER BY seq",
            window,
        ),
        table,
    )
    db.register(f"recent_{table}", found)
    files = [
        str(folder / PACKED / name)
        for (name,) in recent.execute(
            "SELECT name FROM parts WHERE rows_of = ? AND gone_at IS NULL AND last_at >= ? "
            "AND first_at < ? ORDER BY name",
            (table, *window),
        )
    ]
    union = f"SELECT {names} FROM recent_{table}"
    if files:
        listed = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}'" for name in files)
        packed = f"SELECT * FROM read_parquet([{listed}], union_by_name = true)"
        union = f"SELECT {names} FROM ({union} UNION ALL BY NAME {packed})"  # older files lack some
    hidden = recent.execute("SELECT kind, key, until FROM hidden").fetchall()
    db.register(f"hidden_{table}", hidden_table(hidden))
    db.execute(
        f"CREATE TEMP VIEW {table} AS SELECT * FROM ({union}) t "
        f"WHERE happened_at >= {window[0]!r} AND happened_at < {window[1]!r} "
        f"AND NOT {is_hidden('t', f'hidden_{table}')}"
    )


def rows_of(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All rows of a query, by the names of their columns."""
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def hidden_table(rows: Sequence[tuple[str, str, float]]) -> pa.Table:
    schema = pa.schema([("kind", pa.string()), ("key", pa.string()), ("until", pa.float64())])
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema
    )
