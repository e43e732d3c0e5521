"""Professionals who sign in: accounts, sessions, and the codes sent to them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody signed in yet, and the codes of before are of patients."""
    op.create_table('professional_accounts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('national_id', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('contact', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_professional_accounts_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_professional_accounts')),
    sa.UniqueConstraint('national_id', name=op.f('uq_professional_accounts_national_id'))
    )
    op.create_table('professional_sessions',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('stage', sa.String(length=12), nullable=False),
    sa.Column('professional_id', sa.String(length=32), nullable=False),
    sa.Column('code_id', sa.String(length=32), nullable=True),
    sa.Column('certificate', sa.String(length=64), nullable=False),
    sa.Column('provider_session', sa.String(length=64), nullable=True),
    sa.Column('provider_subject', sa.String(length=64), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_professional_sessions_key_id_data_keys')),
    sa.ForeignKeyConstraint(['professional_id'], ['professional_accounts.id'], name=op.f('fk_professional_sessions_professional_id_professional_accounts')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_professional_sessions'))
    )
    for column in ('professional_id', 'provider_session', 'provider_subject', 'expires_at'):
        op.create_index(op.f(f'ix_professional_sessions_{column}'), 'professional_sessions', [column], unique=False)
    op.create_table('professional_mails',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('professional_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_professional_mails_key_id_data_keys')),
    sa.ForeignKeyConstraint(['professional_id'], ['professional_accounts.id'], name=op.f('fk_professional_mails_professional_id_professional_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_professional_mails'))
    )
    op.create_index(op.f('ix_professional_mails_expires_at'), 'professional_mails', ['expires_at'], unique=False)
    op.add_column('one_time_codes', sa.Column('professional_id', sa.String(length=32), nullable=True))
    op.create_index(op.f('ix_one_time_codes_professional_id'), 'one_time_codes', ['professional_id'], unique=False)
