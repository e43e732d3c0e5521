"""Keys by version and epoch; a key that is destroyed leaves its row"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what the master key wrapped stays as it is, and keeps its id."""
    op.create_table('key_encryption_keys',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('destroyed_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_encryption_keys')),
    sa.UniqueConstraint('version', name=op.f('uq_key_encryption_keys_version'))
    )
    generation = op.create_table('key_generation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_generation'))
    )
    op.bulk_insert(generation, [{'id': 1, 'number': 1}])
    with op.batch_alter_table('data_keys') as table:
        table.drop_constraint(op.f('uq_data_keys_scope'), type_='unique')
        table.add_column(sa.Column('epoch', sa.Integer(), server_default='1', nullable=False))
        table.add_column(sa.Column('seals', sa.BigInteger(), server_default='0', nullable=False))
        table.add_column(sa.Column('destroyed_at', sa.BigInteger(), nullable=True))
        table.alter_column('wrapped', existing_type=sa.LargeBinary(), nullable=True)
        table.alter_column('master_id', new_column_name='kek_id', existing_type=sa.String(length=16), nullable=True)
        table.create_unique_constraint(op.f('uq_data_keys_scope_epoch'), ['scope', 'epoch'])
    with op.batch_alter_table('recipients') as table:
        table.add_column(sa.Column('key_id', sa.String(length=32), nullable=True))
        table.create_foreign_key(op.f('fk_recipients_key_id_data_keys'), 'data_keys', ['key_id'], ['id'])
    op.create_index('ix_data_keys_later', 'data_keys', ['epoch'], unique=False, sqlite_where=sa.text('epoch > 1'), postgresql_where=sa.text('epoch > 1'))
    op.create_index(op.f('ix_data_keys_kek_id'), 'data_keys', ['kek_id'], unique=False)
