"""Which roles two persons granted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0040'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what the settings name is seen at the next start."""
    op.create_table('operator_roles',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_roles'))
    )
