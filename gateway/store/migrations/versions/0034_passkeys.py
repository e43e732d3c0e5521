"""Passkeys of patients, and browsers that they trust"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0034'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody has a passkey, and no browser is trusted."""
    op.create_table('passkeys',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('credential', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_passkeys_account_id_accounts')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_passkeys_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
    sa.UniqueConstraint('credential', name=op.f('uq_passkeys_credential'))
    )
    op.create_index(op.f('ix_passkeys_account_id'), 'passkeys', ['account_id'], unique=False)
    op.create_table('trusted_devices',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('device_id', sa.String(length=32), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_trusted_devices_account_id_accounts')),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_trusted_devices_device_id_devices')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trusted_devices')),
    sa.UniqueConstraint('device_id', name=op.f('uq_trusted_devices_device_id')),
    sa.UniqueConstraint('digest', name=op.f('uq_trusted_devices_digest'))
    )
    op.create_index(op.f('ix_trusted_devices_account_id'), 'trusted_devices', ['account_id'], unique=False)
    op.create_index(op.f('ix_trusted_devices_expires_at'), 'trusted_devices', ['expires_at'], unique=False)
