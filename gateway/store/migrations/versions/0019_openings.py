"""Who opened which message of a mailbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what was opened before has its first line when it is opened again."""
    op.create_table('mail_openings',
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('holder', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_mail_openings_key_id_data_keys')),
    sa.PrimaryKeyConstraint('blob_id', 'key_id', 'holder', name=op.f('pk_mail_openings'))
    )
