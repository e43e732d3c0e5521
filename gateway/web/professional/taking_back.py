"""Taking a letter back from the wrong patient: may it be, and what came of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from gateway.core.envelope import Sender, SenderKind
from gateway.rights.recall_rules import RECALL_SUBJECT, is_same_sender
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.recalls import Recalls
from gateway.store.mailbox.mailboxes import Mailbox
from gateway.store.patients.profiles import Profile
from gateway.web.professional.correspondence import ExchangedLetter, PatientThread
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.professional.writing import Answers, ProfessionalWriting


class Back(StrEnum):
    """How it stands with a letter that was sent."""

    MAY = "may"
    ASKED = "asked"
    STAYS = "stays"
    TAKEN = "taken"


@frozen
class BackNow:
    """How it stands, and since when; of what may be taken back, since it was sent."""

    how: Back
    at: datetime


@frozen
class SentLetters:
    """What a page says of the letters of one exchange; within one transaction."""

    desk: ProfessionalDesk
    work: UnitOfWork
    mailbox: Mailbox

    def stands(
        self,
        visit: ProfessionalVisit,
        profile: Profile | None,
        thread: PatientThread,
        letters: Sequence[ExchangedLetter],
    ) -> Mapping[str, BackNow]:
        """Return how it stands with letters, by their ids; of most nothing is said."""
        if profile is None:
            return {}
        return {
            one.id: now
            for one in letters
            if one.is_own
            and not one.is_end
            and (now := self._stand(visit, profile, thread, one)) is not None
        }

    def _stand(
        self,
        visit: ProfessionalVisit,
        profile: Profile,
        thread: PatientThread,
        letter: ExchangedLetter,
    ) -> BackNow | None:
        sent = self._sent(profile, letter)
        if sent is None:
            return None
        copy = Recalls(self.work).find(profile.id, sent.id)
        if copy is not None and copy.recalled_at is not None:
            return BackNow(Back.TAKEN, copy.recalled_at)
        asked = [one for one in thread.asked_back if _names(one, letter)]
        if asked:
            some = [name for one in asked for name in self._arrivals(one)]
            waits = self.work.tasks.is_waiting(some)
            return BackNow(Back.ASKED if waits else Back.STAYS, asked[-1].at)
        days = timedelta(days=self.desk.settings.filing.recall_days)
        asks = Sender(kind=SenderKind.PERSON, identity=visit.professional.national_id)
        address = self.mailbox.address
        is_theirs = is_same_sender(asks, address, sent.sender, sent.reverse_path)
        if not is_theirs or self.work.now - sent.received_at > days:
            return None
        return BackNow(Back.MAY, sent.received_at)

    def _sent(self, profile: Profile, letter: ExchangedLetter) -> KeptArrival | None:
        """Return the message that a letter is, as it went to that patient."""
        for arrival_id in self._arrivals(letter):
            sent = Arrivals(self.work).get(arrival_id)
            if sent is not None and any(
                one.recipient.target_id == profile.id for one in sent.recipients
            ):
                return sent
        return None

    def _arrivals(self, letter: ExchangedLetter) -> list[str]:
        """
        Return the messages that a letter may be, the newest first.

        What a page sent is kept with it; what a mail program did is found by its name.
        """
        if letter.kept.arrival_id:
            return [letter.kept.arrival_id]
        named = letter.headers.message_id
        return Arrivals(self.work).find(named)[::-1] if named else []


def asking_back(thread: PatientThread, letter: ExchangedLetter) -> ProfessionalWriting:
    """
    Return the message that takes a letter back, as mail programs send it.

    One for each letter: the button pressed twice asks once.
    """
    return ProfessionalWriting(
        subject=RECALL_SUBJECT,
        text="",
        take=Answers.TAKEN,
        in_reply_to=letter.headers.message_id,
        to_name=thread.known_name,
        once=f"recall:{letter.kept.subject}",
    )


def _names(asks: ExchangedLetter, letter: ExchangedLetter) -> bool:
    named = {one.strip("<>") for one in asks.headers.get("in-reply-to").split()}
    return letter.headers.message_id.strip("<>") in named - {""}
