"""What Alembic runs for `db.schema` and `scripts/migration`, on the connection they pass."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import db.tables  # noqa: F401 - fills the metadata
from db.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)

with context.begin_transaction():
    context.run_migrations()
