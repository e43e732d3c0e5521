"""Who may act for whom"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody acts for anybody yet."""
    op.create_table('delegations',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('helper_id', sa.String(length=32), nullable=True),
    sa.Column('capacity', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('first_day', sa.String(length=10), nullable=False),
    sa.Column('last_day', sa.String(length=10), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('named', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['holder_id'], ['profiles.id'], name=op.f('fk_delegations_holder_id_profiles')),
    sa.ForeignKeyConstraint(['helper_id'], ['profiles.id'], name=op.f('fk_delegations_helper_id_profiles')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_delegations_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegations'))
    )
    op.create_index(op.f('ix_delegations_holder_id'), 'delegations', ['holder_id'], unique=False)
    op.create_index(op.f('ix_delegations_helper_id'), 'delegations', ['helper_id'], unique=False)
