"""The habilitation matrix in all its versions; masking everything, step by step"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; the matrix that ships holds until one is imported."""
    op.create_table('matrices',
    sa.Column('version', sa.String(length=32), nullable=False),
    sa.Column('in_force', sa.String(length=10), nullable=False),
    sa.Column('types', sa.JSON(), nullable=False),
    sa.Column('imported_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_matrices')),
    sa.UniqueConstraint('in_force', name=op.f('uq_matrices_in_force'))
    )
    op.create_table('mask_runs',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('masks', sa.Boolean(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('place', sa.String(length=32), nullable=True),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_mask_runs_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mask_runs'))
    )
    op.create_index(op.f('ix_mask_runs_profile_id'), 'mask_runs', ['profile_id'], unique=False)
