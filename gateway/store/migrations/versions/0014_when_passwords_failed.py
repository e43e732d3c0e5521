"""When the last wrong password of an account was given"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; wrong passwords of before count until the next right one."""
    op.add_column('accounts', sa.Column('failed_at', sa.BigInteger(), nullable=True))
