"""Programs by version: what changed since is read without all that did not, at next to no cost for who writes."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("create index programs_version_idx on programs using brin (version)")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop index programs_version_idx")
