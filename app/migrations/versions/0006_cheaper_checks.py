"""Checks of programs that say the same for less; no default beside the trigger that draws versions."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("the checks say what they said before: there is nothing to go back to")
