"""Who does tasks, by what it writes; when a task's time was set; changes of profiles"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; tasks that wait keep the time they wait for."""
    op.create_table('presences',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presences'))
    )
    op.add_column('tasks', sa.Column('set_at', sa.BigInteger(), nullable=True))
    op.create_table('profile_changes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('detail', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_profile_changes_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_profile_changes_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_changes'))
    )
    op.create_index(op.f('ix_profile_changes_profile_id'), 'profile_changes', ['profile_id'], unique=False)
