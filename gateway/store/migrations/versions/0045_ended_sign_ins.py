"""Sign-ins that a provider of identities ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0045'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what was ended before has no session of mail that stands on it."""
    op.create_table('ended_sign_ins',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('provider_session', sa.String(length=64), nullable=True),
    sa.Column('provider_subject', sa.String(length=64), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ended_sign_ins'))
    )
    for column in ('provider_session', 'provider_subject', 'expires_at'):
        op.create_index(
            op.f(f'ix_ended_sign_ins_{column}'), 'ended_sign_ins', [column], unique=False
        )
