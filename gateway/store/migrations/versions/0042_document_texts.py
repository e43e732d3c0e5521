"""The texts of the files in documents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0042'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; texts are taken when a patient's documents are next made ready."""
    op.create_table('document_texts',
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_texts_document_id_documents')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_document_texts_profile_id_profiles')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_document_texts_key_id_data_keys')),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_document_texts'))
    )
    op.create_index('ix_document_texts_profile', 'document_texts', ['profile_id', 'due_at'], unique=False)
