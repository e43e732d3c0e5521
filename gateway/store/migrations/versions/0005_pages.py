"""What the patients' pages are ordered and counted by; drafts to nobody yet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; messages keep the order they had, documents are seen as before."""
    op.add_column(
        'inbox_messages',
        sa.Column('serial', sa.BigInteger(), nullable=False, server_default='0'),
    )
    op.add_column('inbox_messages', sa.Column('reply', sa.String(length=8), nullable=True))
    # By time and, within one, by id: the order in which they have stood so far.
    op.execute(
        'UPDATE inbox_messages SET serial = inbox_messages.at + ('
        'SELECT count(*) FROM inbox_messages AS earlier'
        ' WHERE earlier.profile_id = inbox_messages.profile_id'
        ' AND earlier.at = inbox_messages.at AND earlier.id < inbox_messages.id)'
    )
    op.drop_index('ix_inbox_messages_conversation_at', table_name='inbox_messages')
    op.drop_index('ix_inbox_messages_profile_at', table_name='inbox_messages')
    op.create_index('ix_inbox_messages_thread', 'inbox_messages', ['conversation_id', 'serial'], unique=False)
    op.create_index(
        'ix_inbox_messages_listing',
        'inbox_messages',
        ['profile_id', 'conversation_id', 'serial', 'read_at', 'deleted_at', 'hidden_until'],
        unique=False,
    )
    op.create_index(
        'ix_inbox_messages_sent',
        'inbox_messages',
        ['conversation_id', 'serial', 'deleted_at', 'direction'],
        unique=False,
        sqlite_where=sa.text("direction = 'out'"),
        postgresql_where=sa.text("direction = 'out'"),
    )
    for name in ('hidden_now', 'hidden_then'):
        op.add_column(
            'documents',
            sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()),
        )
    for name, flags in (('hidden_now', 'flags'), ('hidden_then', 'flags_then')):
        op.execute(
            f"UPDATE documents SET {name} = {{true}}"
            f" WHERE CAST({flags} AS TEXT) LIKE '%INVISIBLE_PATIENT%'".format(
                true='1' if op.get_bind().dialect.name == 'sqlite' else 'true'
            )
        )
    op.drop_index('ix_documents_profile_filed', table_name='documents')
    op.create_index(
        'ix_documents_listing',
        'documents',
        ['profile_id', 'filed_at', 'creation_time', 'id', 'status', 'hidden_now', 'hidden_then', 'visible_at'],
        unique=False,
    )
    op.create_index('ix_documents_arrival', 'documents', ['arrival_id', 'profile_id'], unique=False)
    op.create_table('loose_drafts',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_loose_drafts_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', name=op.f('pk_loose_drafts'))
    )
    op.create_table('unknown_logins',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('paused_until', sa.BigInteger(), nullable=True),
    sa.Column('tried_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_unknown_logins'))
    )
    op.create_index('ix_unknown_logins_tried_at', 'unknown_logins', ['tried_at'], unique=False)
