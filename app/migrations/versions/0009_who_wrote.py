"""Who wrote, by which request; keys that end, and when they were used last."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("who wrote is not known twice: there is nothing to go back to")
