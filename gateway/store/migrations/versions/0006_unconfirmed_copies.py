"""By when a copy that was relayed should be confirmed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; of what was relayed before, nothing more is waited for."""
    op.add_column('deliveries', sa.Column('confirm_by', sa.BigInteger(), nullable=True))
    op.create_index('ix_deliveries_domain', 'deliveries', ['domain', 'created_at'])
    op.create_index(
        'ix_deliveries_unconfirmed',
        'deliveries',
        ['confirm_by'],
        sqlite_where=sa.text('confirm_by IS NOT NULL'),
        postgresql_where=sa.text('confirm_by IS NOT NULL'),
    )
