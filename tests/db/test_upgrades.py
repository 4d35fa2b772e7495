"""Every database of an earlier version comes to the present one with all that was in it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
)

from db import schema
from db.schema import MIGRATIONS, VERSION_TABLE, prepare, revisions
from tests.db.test_schema import connected

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
VALUES: dict[type, Any] = {
    Boolean: True,
    Integer: 1,
    Float: 1.5,
    DateTime: NOON,
    JSON: [],
    LargeBinary: b"x",
    String: "x",
}


def only_up_to(revision: str, folder: Path) -> Path:
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (folder / "versions").glob("[0-9]*.py"):
        if script.name.partition("_")[0] > revision:
            script.unlink()
    return folder


def row_of(table: Table) -> dict[str, Any]:
    """Something in every column; ids and references are all 1, a row's own parent excepted."""
    return {
        column.name: next(value for kind, value in VALUES.items() if isinstance(column.type, kind))
        for column in table.columns
        if not any(key.column.table is table for key in column.foreign_keys)
    }


def contents(connection: Connection, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows by table, of the columns there were before."""
    reflected = MetaData()
    reflected.reflect(connection)
    return {
        name: [dict(row._mapping) for row in connection.execute(select(reflected.tables[name]))]
        for name in names
    }


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_an_upgrade_keeps_every_row_there_was(
    revision: str, database_url: str, tmp_path: Path
) -> None:
    older = only_up_to(revision, tmp_path / "older")
    prepare(database_url, NOON, tmp_path, older)
    with connected(database_url) as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        tables = [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]
        for table in tables:
            connection.execute(insert(table).values(row_of(table)))
        before = contents(connection, [table.name for table in tables])
    prepare(database_url, NOON, tmp_path)
    assert schema.stand(database_url) == "current"
    with connected(database_url) as connection:
        after = contents(connection, list(before))
    for name, rows in before.items():
        assert [{key: row[key] for key in rows[0]} for row in after[name]] == rows, name
