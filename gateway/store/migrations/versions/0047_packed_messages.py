"""How many messages are in a file that is taken away, and where they go on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; of a file of before it is not known, and what it lists is asked."""
    op.add_column('downloads', sa.Column('messages', sa.Integer(), nullable=True))
    op.add_column(
        'downloads', sa.Column('message_place', sa.String(length=60), nullable=True)
    )
