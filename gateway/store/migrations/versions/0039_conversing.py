"""Conversations by subject, more than one message begun, what is asked of authors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0039'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; conversations of before are taken apart while the service runs."""
    with op.batch_alter_table('conversations') as table:
        table.add_column(sa.Column('thread', sa.String(length=64), nullable=True))
        table.drop_constraint(op.f('uq_conversations_profile_id_correspondent'), type_='unique')
        table.create_unique_constraint(op.f('uq_conversations_profile_id_correspondent_thread'), ['profile_id', 'correspondent', 'thread'])
    op.add_column('inbox_messages', sa.Column('named', sa.String(length=64), nullable=True))
    op.create_index('ix_inbox_messages_named', 'inbox_messages', ['profile_id', 'named'], unique=False)
    op.create_index(op.f('ix_drafts_profile_id'), 'drafts', ['profile_id'], unique=False)
    op.create_index(op.f('ix_drafts_saved_at'), 'drafts', ['saved_at'], unique=False)
    # The one that a patient had is bound to the patient's id: it has that as its own.
    op.create_table('loose_drafts_now',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name='fk_loose_drafts_now'),
    sa.PrimaryKeyConstraint('id', name='pk_loose_drafts_now')
    )
    op.execute('INSERT INTO loose_drafts_now (id, profile_id, content, saved_at) SELECT profile_id, profile_id, content, saved_at FROM loose_drafts')
    op.drop_table('loose_drafts')
    op.create_table('loose_drafts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_loose_drafts_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loose_drafts'))
    )
    op.execute('INSERT INTO loose_drafts SELECT id, profile_id, content, saved_at FROM loose_drafts_now')
    op.drop_table('loose_drafts_now')
    op.create_index(op.f('ix_loose_drafts_profile_id'), 'loose_drafts', ['profile_id'], unique=False)
    op.create_index(op.f('ix_loose_drafts_saved_at'), 'loose_drafts', ['saved_at'], unique=False)
    op.create_table('corrections',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('remind_at', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_corrections_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_corrections_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_corrections'))
    )
    op.create_index(op.f('ix_corrections_profile_id'), 'corrections', ['profile_id'], unique=False)
    op.create_index(op.f('ix_corrections_state'), 'corrections', ['state'], unique=False)
