"""What a document says to replace, though it is not there yet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what is there names nothing that is still to come."""
    op.add_column('documents', sa.Column('names', sa.String(length=256), server_default='', nullable=False))
    op.create_index('ix_documents_profile_names', 'documents', ['profile_id', 'names'], unique=False,
    sqlite_where=sa.text("names != ''"), postgresql_where=sa.text("names != ''"))
