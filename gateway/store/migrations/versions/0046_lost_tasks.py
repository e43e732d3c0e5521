"""How many workers ended while they had a task"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0046'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; no worker ended before that is known of."""
    op.add_column(
        'tasks', sa.Column('lost', sa.Integer(), server_default='0', nullable=False)
    )
