"""Codes by which spaces are activated the first time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; who has no code yet asks for one."""
    op.create_table('provisional_codes',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_provisional_codes_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_provisional_codes_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', name=op.f('pk_provisional_codes'))
    )
