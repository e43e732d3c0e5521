"""Messages of professionals by pages: their hours, windows and templates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0036'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody set anything yet, and every answer is taken as before."""
    op.create_table('mailbox_hours',
    sa.Column('mailbox_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_mailbox_hours_key_id_data_keys')),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_hours_mailbox_id_mailboxes')),
    sa.PrimaryKeyConstraint('mailbox_id', name=op.f('pk_mailbox_hours'))
    )
    op.create_table('reply_windows',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('mailbox', sa.String(length=64), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_reply_windows_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', 'mailbox', name=op.f('pk_reply_windows'))
    )
    op.create_table('message_templates',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('professional_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_message_templates_key_id_data_keys')),
    sa.ForeignKeyConstraint(['professional_id'], ['professional_accounts.id'], name=op.f('fk_message_templates_professional_id_professional_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_templates'))
    )
    op.create_index(op.f('ix_message_templates_professional_id'), 'message_templates', ['professional_id'], unique=False)
