"""Watches: saved searches that tell what changes in them, what they told, and that a program was created."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("what was told cannot be untold: restore a backup instead")
