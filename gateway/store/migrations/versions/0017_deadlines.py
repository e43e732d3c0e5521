"""What time does to each patient's space, and when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; profiles of before are given theirs while the service runs."""
    op.create_table('deadlines',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_deadlines_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_deadlines_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', name=op.f('pk_deadlines'))
    )
    op.create_index(op.f('ix_deadlines_due_at'), 'deadlines', ['due_at'], unique=False)
