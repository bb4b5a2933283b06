"""Which traffic a program takes and forbids, and its rules in words."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "alter table programs drop column traffic_allowed, drop column traffic_forbidden, drop column restrictions"
    )
