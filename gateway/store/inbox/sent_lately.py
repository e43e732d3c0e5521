"""What a patient sent to a correspondent lately, of all conversations with them."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import Select, func, or_, select

from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.digests import correspondent_digests, secret_digests
from gateway.store.inbox.values import Conversation, Direction
from gateway.store.tables import conversations, inbox_messages

_MESSAGE = inbox_messages.c


@frozen
class SentLately:
    """Within one transaction; what the patient deleted counts too."""

    work: UnitOfWork

    def counted(
        self, profile_id: str, conversation: Conversation, quota: AnswerQuota
    ) -> list[datetime]:
        """
        Return when the messages were sent that count in a quota, the newest first.

        Those that are kept from representatives count apart: how many there are is not
        for a representative to learn.
        """
        with_them = self._with(profile_id, conversation)
        heard_at = self.work.connection.execute(
            select(func.max(func.coalesce(_MESSAGE.hidden_until, _MESSAGE.at))).where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.conversation_id.in_(with_them),
                _MESSAGE.direction == Direction.IN.value,
                or_(
                    _MESSAGE.hidden_until.is_(None),
                    _MESSAGE.hidden_until <= self.work.now,
                ),
            )
        ).scalar()
        since = quota.counts_since(self.work.now, heard_at)
        times = self.work.connection.execute(
            select(_MESSAGE.at)
            .where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.conversation_id.in_(with_them),
                _MESSAGE.direction == Direction.OUT.value,
                _MESSAGE.at > since,
            )
            .order_by(_MESSAGE.at.desc())
            .limit(quota.messages)
        )
        return list(times.scalars())

    def _with(self, profile_id: str, conversation: Conversation) -> Select[tuple[str]]:
        digests = secret_digests if conversation.is_secret else correspondent_digests
        found = digests(self.work.keys, profile_id, conversation.address)
        return select(conversations.c.id).where(
            conversations.c.profile_id == profile_id,
            conversations.c.correspondent.in_(sorted(set(found))),
        )
