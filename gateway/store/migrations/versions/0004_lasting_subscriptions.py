"""Subscriptions that outlive their folder; blobs that were found damaged"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what is there is as it is."""
    op.create_table('lasting_subscriptions',
    sa.Column('mailbox_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_lasting_subscriptions_mailbox_id_mailboxes')),
    sa.PrimaryKeyConstraint('mailbox_id', 'name', name=op.f('pk_lasting_subscriptions'))
    )
    op.create_table('damaged_blobs',
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('blob_id', name=op.f('pk_damaged_blobs'))
    )
