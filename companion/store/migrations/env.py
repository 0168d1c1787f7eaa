"""Alembic's entry: runs the steps in versions/ on the connection that Database.migrate gives."""

from alembic import context

from companion.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot change a column in place; Alembic copies the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
