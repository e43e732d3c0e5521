"""By which way a notice leaves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; those of before left by e-mail."""
    op.add_column('notices', sa.Column('way', sa.String(length=5), nullable=False, server_default='email'))
