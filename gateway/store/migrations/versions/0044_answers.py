"""What mailboxes take from one patient, and how professionals are told of messages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0044'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody set anything else yet."""
    op.create_table('mailbox_quotas',
    sa.Column('mailbox_id', sa.String(length=32), nullable=False),
    sa.Column('messages', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('file_bytes', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_quotas_mailbox_id_mailboxes')),
    sa.PrimaryKeyConstraint('mailbox_id', name=op.f('pk_mailbox_quotas'))
    )
    op.create_table('professional_digests',
    sa.Column('professional_id', sa.String(length=32), nullable=False),
    sa.Column('chosen', sa.String(length=8), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=True),
    sa.Column('sent_on', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['professional_id'], ['professional_accounts.id'], name=op.f('fk_professional_digests_professional_id_professional_accounts')),
    sa.PrimaryKeyConstraint('professional_id', name=op.f('pk_professional_digests'))
    )
    op.add_column('professional_mails', sa.Column('kind', sa.String(length=8), server_default='code', nullable=False))
