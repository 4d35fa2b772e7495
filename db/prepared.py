"""Statements that run for every message: compiled once, then handed to the driver as they are.

For each run SQLAlchemy does work of its own that takes several times as long as SQLite needs. So
where a session stands on SQLite, such a statement goes to the driver directly, in the session's
transaction, its values turned by the same types. Elsewhere the way to the server is what costs,
and it runs like any other. A list of ids is one value here, so that the statement stays the same.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, JSON, BigInteger, Connection, Dialect, Select, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session

Run: TypeAlias = Callable[[Any, Mapping[str, Any]], list[Any]]
Turn: TypeAlias = Callable[[Any], Any] | None  # a value, on its way in or out


class _Ids(TypeDecorator[list[int]]):
    """Integers as one value."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = ARRAY(BigInteger) if dialect.name == "postgresql" else JSON()
        return dialect.type_descriptor(kind)


class _Each(FunctionElement[Any]):
    """A list as a table with one column, `value`."""

    inherit_cache = True


@compiles(_Each)
def _each(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Each, "postgresql")
def _each_on_server(element: Any, compiler: Any, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}) AS value)"


def each(name: str) -> Select[Any]:
    """The ids in the list that is given under `name`, for `in_` and `not_in`."""
    listed = _Each(bindparam(name, type_=_Ids())).table_valued("value")
    return select(listed.c.value).correlate(None)


class Prepared:
    """A Core statement with named values, whose rows are read whole. `columns`: those that an
    INSERT gets; none may be left to a default of the table. Lists are `each`, not `expanding`."""

    def __init__(self, statement: Any, *columns: str) -> None:
        self._statement: Executable = statement
        self._columns = columns
        self._run: Run | None = None

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Named tuples."""
        if (run := self._on_sqlite(session)) is None:
            return list(session.execute(self._statement, dict(values)))
        return run(values)

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Of a statement that gives no rows."""
        if (run := self._on_sqlite(session)) is None:
            session.execute(self._statement, dict(values))
        else:
            run(values)

    def first(self, session: Session, values: Mapping[str, Any]) -> Any:
        """None: there is none."""
        return next(iter(self.rows(session, values)), None)

    def _on_sqlite(self, session: Session) -> Callable[[Mapping[str, Any]], list[Any]] | None:
        """The way past SQLAlchemy, where there is one."""
        connection = session.get_bind()
        if not isinstance(connection, Connection) or connection.dialect.name != "sqlite":
            return None
        if self._run is None:
            self._run = _prepared(self._statement, self._columns, connection.dialect)
        session.flush()  # as any statement would, and
        if not connection.in_transaction():
            session.connection()  # begins one
        return partial(self._run, connection.connection.driver_connection)


def _prepared(statement: Any, columns: Sequence[str], dialect: Dialect) -> Run:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    sql, names = str(compiled), tuple(compiled.positiontup or ())
    bound = [(name, compiled.binds[name]) for name in names]
    into = [(name, bind.effective_value, _into(bind.type, dialect)) for name, bind in bound]
    out = [_out_of(column.type, dialect) for column in statement.exported_columns]
    fields = [str(column.key) for column in statement.exported_columns]
    row = namedtuple("row", fields, rename=True)  # type: ignore[misc]
    mended = [(place, turn) for place, turn in enumerate(out) if turn is not None]

    def run(driver: Any, values: Mapping[str, Any]) -> list[Any]:
        given = [
            turn(values.get(name, fixed)) if turn else values.get(name, fixed)
            for name, fixed, turn in into
        ]
        return [_row(found) for found in driver.execute(sql, given)]

    def _row(found: Sequence[Any]) -> Any:
        cells = list(found)
        for place, turn in mended:
            cells[place] = turn(cells[place])
        return row._make(cells)

    return run


def _into(kind: Any, dialect: Dialect) -> Turn:
    turn: Turn = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _out_of(kind: Any, dialect: Dialect) -> Turn:
    turn: Turn = kind.dialect_impl(dialect).result_processor(dialect, None)
    return turn
