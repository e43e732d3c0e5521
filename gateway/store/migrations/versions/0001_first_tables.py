"""First tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table('blobs',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blobs'))
    )
    op.create_table('chain_heads',
    sa.Column('chain', sa.String(length=80), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('chain', name=op.f('pk_chain_heads'))
    )
    op.create_table('data_keys',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('scope', sa.String(length=80), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('master_id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_keys')),
    sa.UniqueConstraint('scope', name=op.f('uq_data_keys_scope'))
    )
    op.create_table('journal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('chain', sa.String(length=80), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('action', sa.String(length=48), nullable=False),
    sa.Column('outcome', sa.String(length=48), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal')),
    sa.UniqueConstraint('chain', 'seq', name=op.f('uq_journal_chain_seq'))
    )
    op.create_index(op.f('ix_journal_subject'), 'journal', ['subject'], unique=False)
    op.create_table('receipts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('arrival_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('recipient', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts')),
    sa.UniqueConstraint('arrival_id', 'kind', 'recipient', 'status', name=op.f('uq_receipts_arrival_id_kind_recipient_status'))
    )
    op.create_table('tasks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('lease_owner', sa.String(length=120), nullable=False),
    sa.Column('lease_until', sa.BigInteger(), nullable=True),
    sa.Column('last_error', sa.String(length=400), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks'))
    )
    op.create_index('ix_tasks_state_due', 'tasks', ['state', 'due_at'], unique=False)
    op.create_table('arrivals',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('message_id', sa.String(length=998), nullable=False),
    sa.Column('content_digest', sa.String(length=64), nullable=False),
    sa.Column('door', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('sender', sa.LargeBinary(), nullable=False),
    sa.Column('sender_facts', sa.JSON(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('blob_id', sa.String(length=32), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_arrivals_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arrivals'))
    )
    op.create_index('ix_arrivals_held', 'arrivals', ['received_at'], unique=False, sqlite_where=sa.text("state = 'quarantined'"), postgresql_where=sa.text("state = 'quarantined'"))
    op.create_index('ix_arrivals_message', 'arrivals', ['message_id', 'content_digest'], unique=False)
    op.create_index('ix_arrivals_transit', 'arrivals', ['ended_at'], unique=False, sqlite_where=sa.text('ended_at IS NOT NULL AND blob_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NOT NULL AND blob_id IS NOT NULL'))
    op.create_table('blob_grants',
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['blob_id'], ['blobs.id'], name=op.f('fk_blob_grants_blob_id_blobs')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_blob_grants_key_id_data_keys')),
    sa.PrimaryKeyConstraint('blob_id', 'key_id', name=op.f('pk_blob_grants'))
    )
    op.create_table('deliveries',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('arrival_id', sa.String(length=32), nullable=True),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('domain', sa.String(length=254), nullable=False),
    sa.Column('reverse_path', sa.LargeBinary(), nullable=False),
    sa.Column('recipient', sa.LargeBinary(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('warned_at', sa.BigInteger(), nullable=True),
    sa.Column('last_reply', sa.String(length=500), nullable=False),
    sa.Column('blob_id', sa.String(length=32), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_deliveries_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries'))
    )
    op.create_index(op.f('ix_deliveries_arrival_id'), 'deliveries', ['arrival_id'], unique=False)
    op.create_table('mail_outlines',
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('headers', sa.LargeBinary(), nullable=True),
    sa.Column('structure', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['blob_id'], ['blobs.id'], name=op.f('fk_mail_outlines_blob_id_blobs')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_mail_outlines_key_id_data_keys')),
    sa.PrimaryKeyConstraint('blob_id', 'key_id', name=op.f('pk_mail_outlines'))
    )
    op.create_table('mailboxes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('display_name', sa.String(length=200), nullable=False),
    sa.Column('reply_to', sa.String(length=254), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('used_bytes', sa.BigInteger(), nullable=False),
    sa.Column('uid_validity', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_mailboxes_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailboxes')),
    sa.UniqueConstraint('address', name=op.f('uq_mailboxes_address'))
    )
    op.create_table('profiles',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('ins_digest', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('identity', sa.LargeBinary(), nullable=False),
    sa.Column('contact', sa.LargeBinary(), nullable=True),
    sa.Column('mask_by_default', sa.Boolean(), nullable=False),
    sa.Column('emergency', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('settings_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_profiles_key_id_data_keys')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profiles')),
    sa.UniqueConstraint('ins_digest', name=op.f('uq_profiles_ins_digest'))
    )
    op.create_table('accounts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('login', sa.String(length=64), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('paused_until', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_accounts_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('login', name=op.f('uq_accounts_login')),
    sa.UniqueConstraint('profile_id', name=op.f('uq_accounts_profile_id'))
    )
    op.create_table('arrival_documents',
    sa.Column('arrival_id', sa.String(length=32), nullable=False),
    sa.Column('recipient', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('unique_id', sa.String(length=256), nullable=False),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('error', sa.String(length=8), nullable=False),
    sa.Column('detail', sa.String(length=400), nullable=False),
    sa.Column('entry_id', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['arrival_id'], ['arrivals.id'], name=op.f('fk_arrival_documents_arrival_id_arrivals')),
    sa.PrimaryKeyConstraint('arrival_id', 'recipient', 'position', name=op.f('pk_arrival_documents'))
    )
    op.create_index(op.f('ix_arrival_documents_unique_id'), 'arrival_documents', ['unique_id'], unique=False)
    op.create_table('blocks',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('identity', sa.String(length=254), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_blocks_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', 'identity', name=op.f('pk_blocks'))
    )
    op.create_table('conversations',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('correspondent', sa.String(length=64), nullable=False),
    sa.Column('display', sa.LargeBinary(), nullable=False),
    sa.Column('mailbox_kind', sa.String(length=4), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_conversations_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations')),
    sa.UniqueConstraint('profile_id', 'correspondent', name=op.f('uq_conversations_profile_id_correspondent'))
    )
    op.create_table('documents',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('unique_id', sa.String(length=256), nullable=False),
    sa.Column('set_id', sa.String(length=256), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('body_level', sa.String(length=2), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('type_code', sa.String(length=64), nullable=False),
    sa.Column('class_code', sa.String(length=64), nullable=False),
    sa.Column('creation_time', sa.BigInteger(), nullable=False),
    sa.Column('mime_type', sa.String(length=80), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha1', sa.String(length=40), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('visible_at', sa.BigInteger(), nullable=True),
    sa.Column('flags_then', sa.JSON(), nullable=False),
    sa.Column('masked_by', sa.String(length=8), nullable=False),
    sa.Column('author_id', sa.String(length=64), nullable=False),
    sa.Column('structure_id', sa.String(length=64), nullable=False),
    sa.Column('owners', sa.JSON(), nullable=False),
    sa.Column('entry', sa.LargeBinary(), nullable=False),
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('arrival_id', sa.String(length=32), nullable=True),
    sa.Column('replaced_by', sa.String(length=32), nullable=True),
    sa.Column('replaced_levels', sa.JSON(), nullable=False),
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('filed_at', sa.BigInteger(), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_documents_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_documents_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('unique_id', name=op.f('uq_documents_unique_id'))
    )
    op.create_index('ix_documents_profile_filed', 'documents', ['profile_id', 'filed_at'], unique=False)
    op.create_index('ix_documents_profile_set', 'documents', ['profile_id', 'set_id'], unique=False)
    op.create_table('folders',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('mailbox_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('special_use', sa.String(length=16), nullable=False),
    sa.Column('subscribed', sa.Boolean(), nullable=False),
    sa.Column('uid_validity', sa.BigInteger(), nullable=False),
    sa.Column('uid_next', sa.BigInteger(), nullable=False),
    sa.Column('recent_uid', sa.BigInteger(), nullable=False),
    sa.Column('mod_seq', sa.BigInteger(), nullable=False),
    sa.Column('expunge_seq', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_folders_mailbox_id_mailboxes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_folders')),
    sa.UniqueConstraint('mailbox_id', 'name', name=op.f('uq_folders_mailbox_id_name'))
    )
    op.create_table('mailbox_holders',
    sa.Column('mailbox_id', sa.String(length=32), nullable=False),
    sa.Column('identity', sa.String(length=128), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_holders_mailbox_id_mailboxes')),
    sa.PrimaryKeyConstraint('mailbox_id', 'identity', name=op.f('pk_mailbox_holders'))
    )
    op.create_index(op.f('ix_mailbox_holders_identity'), 'mailbox_holders', ['identity'], unique=False)
    op.create_table('notices',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=True),
    sa.Column('sent_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_notices_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_notices_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    op.create_index(op.f('ix_notices_profile_id'), 'notices', ['profile_id'], unique=False)
    op.create_table('oppositions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('structure', sa.String(length=64), nullable=False),
    sa.Column('type_code', sa.String(length=64), nullable=False),
    sa.Column('unique_id', sa.String(length=256), nullable=False),
    sa.Column('declared_by', sa.String(length=254), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_oppositions_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oppositions'))
    )
    op.create_index(op.f('ix_oppositions_profile_id'), 'oppositions', ['profile_id'], unique=False)
    op.create_table('recipients',
    sa.Column('arrival_id', sa.String(length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('target_id', sa.String(length=32), nullable=True),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('notify', sa.String(length=32), nullable=False),
    sa.Column('orcpt', sa.LargeBinary(), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('deliver', sa.Boolean(), nullable=False),
    sa.Column('hidden', sa.JSON(), nullable=False),
    sa.Column('hidden_until', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['arrival_id'], ['arrivals.id'], name=op.f('fk_recipients_arrival_id_arrivals')),
    sa.PrimaryKeyConstraint('arrival_id', 'position', name=op.f('pk_recipients'))
    )
    op.create_table('secrecies',
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('identity', sa.String(length=254), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_secrecies_profile_id_profiles')),
    sa.PrimaryKeyConstraint('profile_id', 'identity', name=op.f('pk_secrecies'))
    )
    op.create_table('submissions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('unique_id', sa.String(length=256), nullable=False),
    sa.Column('submitted_at', sa.BigInteger(), nullable=False),
    sa.Column('facts', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_submissions_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submissions'))
    )
    op.create_table('drafts',
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_drafts_conversation_id_conversations')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_drafts_profile_id_profiles')),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_drafts'))
    )
    op.create_table('inbox_messages',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('profile_id', sa.String(length=32), nullable=False),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('message_id', sa.String(length=998), nullable=False),
    sa.Column('summary', sa.LargeBinary(), nullable=False),
    sa.Column('arrival_id', sa.String(length=32), nullable=True),
    sa.Column('blob_id', sa.String(length=32), nullable=True),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=True),
    sa.Column('hidden_until', sa.BigInteger(), nullable=True),
    sa.Column('deleted_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_inbox_messages_conversation_id_conversations')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_inbox_messages_key_id_data_keys')),
    sa.ForeignKeyConstraint(['profile_id'], ['profiles.id'], name=op.f('fk_inbox_messages_profile_id_profiles')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox_messages')),
    sa.UniqueConstraint('arrival_id', 'profile_id', 'direction', name=op.f('uq_inbox_messages_arrival_id_profile_id_direction'))
    )
    op.create_index('ix_inbox_messages_conversation_at', 'inbox_messages', ['conversation_id', 'at'], unique=False)
    op.create_index('ix_inbox_messages_profile_at', 'inbox_messages', ['profile_id', 'at'], unique=False)
    op.create_table('mail_items',
    sa.Column('folder_id', sa.String(length=32), nullable=False),
    sa.Column('uid', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('mod_seq', sa.BigInteger(), nullable=False),
    sa.Column('flags', sa.String(length=500), nullable=False),
    sa.Column('internal_date', sa.BigInteger(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('blob_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('arrival_id', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['blob_id'], ['blobs.id'], name=op.f('fk_mail_items_blob_id_blobs')),
    sa.ForeignKeyConstraint(['folder_id'], ['folders.id'], name=op.f('fk_mail_items_folder_id_folders')),
    sa.ForeignKeyConstraint(['key_id'], ['data_keys.id'], name=op.f('fk_mail_items_key_id_data_keys')),
    sa.PrimaryKeyConstraint('folder_id', 'uid', name=op.f('pk_mail_items')),
    sa.UniqueConstraint('folder_id', 'arrival_id', name=op.f('uq_mail_items_folder_id_arrival_id'))
    )
    op.create_index(op.f('ix_mail_items_blob_id'), 'mail_items', ['blob_id'], unique=False)
    op.create_index('ix_mail_items_folder_mod', 'mail_items', ['folder_id', 'mod_seq'], unique=False)
    op.create_table('one_time_codes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('tries_left', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_one_time_codes_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_codes'))
    )
    op.create_index(op.f('ix_one_time_codes_account_id'), 'one_time_codes', ['account_id'], unique=False)
    op.create_table('web_sessions',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('stage', sa.String(length=12), nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=True),
    sa.Column('code_id', sa.String(length=32), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_web_sessions_account_id_accounts')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_web_sessions'))
    )
    op.create_index(op.f('ix_web_sessions_account_id'), 'web_sessions', ['account_id'], unique=False)
    op.create_index(op.f('ix_web_sessions_expires_at'), 'web_sessions', ['expires_at'], unique=False)
