"""What happened in a space, who has read it, and the e-mail of the day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what happened before was told then, and stands in the history."""
    op.create_table('centre_notices',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('about', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_centre_notices_profile_id_profiles')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_centre_notices_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre_notices'))
    )
    op.create_index(op.f('ix_centre_notices_created_at'), 'centre_notices', ['created_at'], unique=False)
    op.create_index('ix_centre_notices_listing', 'centre_notices', ['profile_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_centre_notices_about', 'centre_notices', ['profile_id', 'about'], unique=False)
    op.create_table('centre_marks',
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('notice_id', sa.String(length=32), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=False),
    sa.Column('taken_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_centre_marks_account_id_accounts')),
    sa.ForeignKeyConstraint(['notice_id'], ['centre_notices.id'], name=op.f('fk_centre_marks_notice_id_centre_notices')),
    sa.PrimaryKeyConstraint('account_id', 'notice_id', name=op.f('pk_centre_marks'))
    )
    op.create_index(op.f('ix_centre_marks_notice_id'), 'centre_marks', ['notice_id'], unique=False)
    op.create_table('digests',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=True),
    sa.Column('sent_on', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_digests_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', name=op.f('pk_digests'))
    )
