"""How tables and their constraints are named, and their Core side."""

from sqlalchemy import Table
from sqlmodel import SQLModel

__all__ = ["SQLModel", "table"]

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model, for set-based statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
