"""Documents that their patient deleted for good"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; none was deleted yet."""
    op.add_column('documents', sa.Column('erased_at', sa.BigInteger(), nullable=True))
