"""How the bytes of a blob are kept: as they are, or deflated"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what is there is as it is."""
    op.add_column(
        'blobs',
        sa.Column('form', sa.Integer(), nullable=False, server_default='0'),
    )
