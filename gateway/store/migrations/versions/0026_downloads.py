"""What patients asked to take away"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nobody asked for anything yet."""
    op.create_table('downloads',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('place', sa.String(length=32), nullable=True),
    sa.Column('is_walked', sa.Boolean(), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=False),
    sa.Column('documents', sa.Integer(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('ready_at', sa.BigInteger(), nullable=True),
    sa.Column('expires_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('end', sa.String(length=12), nullable=False),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_downloads_profile_id_profiles')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_downloads_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_downloads'))
    )
    op.create_index(op.f('ix_downloads_profile_id'), 'downloads', ['profile_id'], unique=False)
    op.create_table('download_pieces',
    sa.Column('download_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('listed', sa.LargeBinary(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['download_id'], ['downloads.id'], name=op.f('fk_download_pieces_download_id_downloads')),
    sa.PrimaryKeyConstraint('download_id', 'number', name=op.f('pk_download_pieces'))
    )
