"""One identity for the database and its blob folder; blob files that no row names"""

from __future__ import annotations

import time
from uuid import uuid4

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    instance = op.create_table('instance',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('joined_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instance'))
    )
    op.bulk_insert(instance, [
        {'id': uuid4().hex, 'created_at': time.time_ns() // 1000, 'joined_at': None},
    ])
    op.create_table('strays',
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('blob_id', name=op.f('pk_strays'))
    )
