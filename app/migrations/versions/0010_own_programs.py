"""Programs of one's own, networks that are data, generated programs that were removed, and whose program it is."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "drop table program_requests; alter table networks drop column definition; "
        "alter table import_run_networks drop column removed; "
        "alter table programs drop column operated_by"
    )
