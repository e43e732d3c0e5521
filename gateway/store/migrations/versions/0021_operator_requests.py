"""What waits for a second operator"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; nothing waits yet."""
    op.create_table('operator_requests',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('command', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('asked_by', sa.BigInteger(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('confirmed', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_operator_requests_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_requests'))
    )
