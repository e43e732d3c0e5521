"""The national directory: professionals, the words of their names, imports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0029'
down_revision = '0032'
branch_labels = None
depends_on = None

BYTEWISE = sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql')


def upgrade() -> None:
    """Go forward; no extraction was imported yet."""
    op.create_table('directory_people',
    sa.Column('national_id', sa.String(length=20), nullable=False),
    sa.Column('family', sa.String(length=300), nullable=False),
    sa.Column('given', sa.String(length=300), nullable=False),
    sa.Column('practices', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('towns', sa.Text(), nullable=False),
    sa.Column('professions', sa.Text(), nullable=False),
    sa.Column('gone_at', sa.BigInteger(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('national_id', name=op.f('pk_directory_people'))
    )
    op.create_table('directory_words',
    sa.Column('word', BYTEWISE, nullable=False),
    sa.Column('national_id', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['national_id'], ['directory_people.national_id'], name=op.f('fk_directory_words_national_id_directory_people')),
    sa.PrimaryKeyConstraint('word', 'national_id', name=op.f('pk_directory_words')),
    sqlite_with_rowid=False
    )
    op.create_table('directory_labels',
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=300), nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'code', name=op.f('pk_directory_labels'))
    )
    op.create_table('directory_imports',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('made_on', sa.String(length=10), nullable=False),
    sa.Column('imported_at', sa.BigInteger(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('gone', sa.Integer(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=True),
    sa.Column('row_mac', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_directory_imports'))
    )
