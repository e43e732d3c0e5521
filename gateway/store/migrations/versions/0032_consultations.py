"""Professionals who read: agreements, episodes, teams, consultations, codes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0032'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody read yet."""
    op.create_table('reading_attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reader', sa.String(length=64), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=True),
    sa.Column('by_names', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_attempts'))
    )
    op.create_index('ix_reading_attempts_reader', 'reading_attempts', ['reader', 'at'], unique=False)
    op.create_table('episodes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('team', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_episodes_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_episodes_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_episodes'))
    )
    op.create_index('ix_episodes_open', 'episodes', ['profile_id', 'team'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_episodes_profile_id', 'episodes', ['profile_id'], unique=False)
    op.create_table('patient_traits',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_patient_traits_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', 'digest', name=op.f('pk_patient_traits'))
    )
    op.create_index(op.f('ix_patient_traits_digest'), 'patient_traits', ['digest'], unique=False)
    op.create_table('reading_codes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('tries_left', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_reading_codes_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_reading_codes_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_codes'))
    )
    op.create_index(op.f('ix_reading_codes_profile_id'), 'reading_codes', ['profile_id'], unique=False)
    op.create_table('team_members',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('about', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('joined_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_team_members_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_team_members_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_members'))
    )
    op.create_index('ix_team_members_profile_id', 'team_members', ['profile_id', 'about'], unique=False)
    op.create_table('agreements',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('about', sa.String(length=64), nullable=False),
    sa.Column('episode_id', sa.String(length=32), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('given_at', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=True),
    sa.Column('spent_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['episode_id'], ['episodes.id'], name=op.f('fk_agreements_episode_id_episodes')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_agreements_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_agreements_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreements'))
    )
    op.create_index('ix_agreements_profile_id', 'agreements', ['profile_id', 'about'], unique=False)
    op.create_table('consultations',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('reader', sa.String(length=64), nullable=False),
    sa.Column('way', sa.String(length=12), nullable=False),
    sa.Column('agreement_id', sa.String(length=32), nullable=True),
    sa.Column('episode_id', sa.String(length=32), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('begun_at', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('end', sa.String(length=8), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_consultations_agreement_id_agreements')),
    sa.ForeignKeyConstraint(['episode_id'], ['episodes.id'], name=op.f('fk_consultations_episode_id_episodes')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_consultations_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_consultations_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultations'))
    )
    op.create_index('ix_consultations_open', 'consultations', ['seen_at'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_consultations_profile_id', 'consultations', ['profile_id', 'begun_at'], unique=False)
    op.create_index('ix_consultations_reader', 'consultations', ['reader', 'begun_at'], unique=False)
    op.create_table('hidden_documents',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('consultation_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('ids', sa.LargeBinary(), nullable=False),
    sa.Column('recorded_at', sa.BigInteger(), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultations.id'], name=op.f('fk_hidden_documents_consultation_id_consultations')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_hidden_documents_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_hidden_documents_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hidden_documents'))
    )
    op.create_index(op.f('ix_hidden_documents_consultation_id'), 'hidden_documents', ['consultation_id'], unique=False)
