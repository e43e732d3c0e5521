"""Removals of messages are remembered, for clients that resynchronise"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0038'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; which messages were removed before is not known."""
    op.create_table('mail_vanished',
    sa.Column('folder_id', sa.String(length=32), nullable=False),
    sa.Column('mod_seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('first', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['folder_id'], ['folders.id'], name=op.f('fk_mail_vanished_folder_id_folders')),
    sa.PrimaryKeyConstraint('folder_id', 'mod_seq', 'first', name=op.f('pk_mail_vanished'))
    )
    with op.batch_alter_table('folders') as batch:
        batch.add_column(sa.Column('forgotten_seq', sa.BigInteger(), nullable=False, server_default='0'))
    op.execute('UPDATE folders SET forgotten_seq = expunge_seq')
