"""Topics of programs, and how far the stored ones were looked through for them."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("older code leaves the column alone: there is nothing to go back to")
