"""How our accounts stand to programs, the log of it, and what we keep of programs for ourselves."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("relations, notes and the shortlist are kept nowhere else: nothing to go back to")
