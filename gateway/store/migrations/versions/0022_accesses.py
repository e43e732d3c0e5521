"""Operators' accesses to named documents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody was given an access before."""
    op.create_table('accesses',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=True),
    sa.Column('arrival_id', sa.String(length=32), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('cause', sa.String(length=24), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('asked_by', sa.String(length=256), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('asked_until', sa.BigInteger(), nullable=True),
    sa.Column('granted_by', sa.String(length=256), nullable=True),
    sa.Column('refused_at', sa.BigInteger(), nullable=True),
    sa.Column('begun_at', sa.BigInteger(), nullable=True),
    sa.Column('ends_at', sa.BigInteger(), nullable=True),
    sa.Column('review_by', sa.BigInteger(), nullable=True),
    sa.Column('reviewed_by', sa.String(length=256), nullable=True),
    sa.Column('reviewed_at', sa.BigInteger(), nullable=True),
    sa.Column('verdict', sa.String(length=12), nullable=True),
    sa.Column('tell_at', sa.BigInteger(), nullable=True),
    sa.Column('told_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_accesses_profile_id_profiles')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_accesses_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accesses'))
    )
    op.create_index(op.f('ix_accesses_profile_id'), 'accesses', ['profile_id'], unique=False)
    op.create_index(op.f('ix_accesses_ends_at'), 'accesses', ['ends_at'], unique=False)
    op.create_index(op.f('ix_accesses_review_by'), 'accesses', ['review_by'], unique=False)
    op.create_index(op.f('ix_accesses_tell_at'), 'accesses', ['tell_at'], unique=False)
