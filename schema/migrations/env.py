"""Run Alembic's migrations inside the caller's transaction, then make the views anew.

Conventions: the caller hands over an open connection (``config.attributes["connection"]``), has begun its transaction and
commits it, so that a half-finished upgrade leaves no trace. Migrations never touch the views: they are dropped before
(SQLite cannot rebuild a table that a view reads) and made again after, from views.sql.
Reads no configuration file, and opens no database.
"""

from __future__ import annotations

from alembic import context

from schema import tables


def run() -> None:
    """Migrate to the revision that was asked for."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    views = tables.views(connection.dialect.name)
    for name in reversed(views):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    with context.begin_transaction():
        context.run_migrations()
    for statement in views.values():
        connection.exec_driver_sql(statement)


run()
