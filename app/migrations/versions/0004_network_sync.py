"""Live networks: budgets, pulls and their pages, details, syncs, aliases."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    for table in ("aliases", "syncs", "details", "pages", "pulls", "budgets"):
        name = f"{'program' if table == 'aliases' else 'network'}_{table}"
        op.get_bind().exec_driver_sql(f"drop table {name}")
