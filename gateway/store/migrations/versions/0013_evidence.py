"""What decisions rested on, the settings of then; oppositions end and stay"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; decisions of before have no evidence, oppositions of before no end."""
    op.create_table('evidence',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=32), nullable=True),
    sa.Column('profile_id', sa.String(length=32), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('outcomes', sa.JSON(), nullable=False),
    sa.Column('program', sa.String(length=64), nullable=False),
    sa.Column('settings', sa.String(length=64), nullable=False),
    sa.Column('form', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_evidence_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    op.create_index(op.f('ix_evidence_subject'), 'evidence', ['subject'], unique=False)
    op.create_table('settings_texts',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('json', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_settings_texts'))
    )
    op.create_table('patient_settings',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('actor', sa.String(length=254), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_patient_settings_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_patient_settings_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', 'version', name=op.f('pk_patient_settings'))
    )
    op.add_column('oppositions', sa.Column('until', sa.BigInteger(), nullable=True))
