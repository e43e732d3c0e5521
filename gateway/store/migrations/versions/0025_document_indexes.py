"""What is made ahead of a patient's documents, and by what their rows are known"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what is made ahead is made when it is first asked for."""
    op.create_table('document_indexes',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_document_indexes_profile_id_profiles')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_document_indexes_key_id_data_keys')),
    sa.PrimaryKeyConstraint('profile_id', 'part', name=op.f('pk_document_indexes'))
    )
    op.drop_index('ix_documents_listing', table_name='documents')
    op.create_index(
        'ix_documents_listing',
        'documents',
        ['profile_id', 'filed_at', 'creation_time', 'id', 'status', 'hidden_now', 'hidden_then', 'visible_at', 'row_mac'],
        unique=False,
    )
