"""Who does tasks, by what it writes; when a task's time was set; changes of profiles"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; tasks that wait keep the time they wait for."""
    op.create_table('presences',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presences'))
    )
    op.add_column('tasks', sa.Column('set_at', sa.BigInteger(), nullable=True))
