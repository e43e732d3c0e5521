"""Rows that grant are bound; how far an older database was carried over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what is there is bound later, in batches, while the service runs."""
    op.create_table('carried',
    sa.Column('step', sa.String(length=32), nullable=False),
    sa.Column('place', sa.String(length=400), nullable=False),
    sa.Column('done_at', sa.BigInteger(), nullable=True),
    sa.Column('mac', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('step', name=op.f('pk_carried'))
    )
    op.add_column('profiles', sa.Column('sets', sa.JSON(), nullable=True))
    op.add_column('mailboxes', sa.Column('sets', sa.JSON(), nullable=True))
    op.add_column('profiles', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('accounts', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('one_time_codes', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('web_sessions', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('mailboxes', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('documents', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('arrivals', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
    op.add_column('recipients', sa.Column('row_mac', sa.LargeBinary(), nullable=True))
