"""
What a professional does in a record that is open: with a document, for the patient.

A page asks `RecordActing`. Each thing is done in a consultation that goes on, asked
again then (`VaultReading.held`); it has its line in the patient's history, by name, and
the patient is told as the table of events says. What the rules answered is kept with
that line (`deciding`). What is refused has been kept when it is returned: the caller
commits in both cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import evolve, field, frozen

from gateway.core.document import Visibility
from gateway.core.reading import ReadingRefusal
from gateway.core.reasons import Reason
from gateway.core.texts.notices import NoticeKind
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.masking import MaskingVault, family
from gateway.dmp_bridge.reading.deciding import (
    Doing,
    doing_act,
    doing_block,
    doing_follow_up,
    note_refused,
    refusals_of,
)
from gateway.dmp_bridge.reading.gathering import party_of
from gateway.dmp_bridge.reading.reading import VaultReading
from gateway.dmp_bridge.reading.seeing import HeldReading
from gateway.dmp_bridge.reading.telling import happened_by
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.dmp_bridge.withdrawing import withdraw
from gateway.errors import NotFoundError
from gateway.rights.administrator_rules import AdministratorFault
from gateway.rights.announcement_rules import once_announced
from gateway.rights.follow_up_rules import FollowUpAct, NoFollowUp
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_rules import Relation
from gateway.rights.record_act_rules import NoAct, RecordAct
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import Acted, NotRead
from gateway.store.consultations.consultations import Consultations
from gateway.store.consultations.places import said_of_party
from gateway.store.consultations.teams import Episodes
from gateway.store.consultations.values import Episode
from gateway.store.evidence.quota import HourlyQuota
from gateway.store.inbox.inbox import Inbox
from gateway.store.journal import Action
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.values import TaskKind


@frozen
class RecordActing:
    """Acts of professionals; each call is within a transaction."""

    reading: VaultReading
    refusals: HourlyQuota = field(init=False, repr=False)

    @refusals.default
    def _counted(self) -> HourlyQuota:
        return refusals_of(self.reading.settings.reading)

    def act(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
        act: RecordAct,
        *,
        asked: bool = False,
    ) -> NoAct | NotRead | None:
        """
        Announce, withdraw, mask or show a document; return why not, or None.

        It is one that was opened in this consultation. ``asked``: they say that the
        patient asks for it. A new version is filed elsewhere, by the rules of filing.

        Raises:
            NotFoundError: it was not opened, or is not there for who asks any more.
        """
        held = self._held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return held
        document = self.reading.opened(work, held, document_id)
        if document is None or act is RecordAct.REPLACE:
            raise NotFoundError("not found")
        doing = doing_act(work, who, held, document, act, asked=asked)
        if doing.why is not None:
            note_refused(work, doing, self.refusals)
            return doing.why
        if act is RecordAct.ANNOUNCE:
            self._announce(work, doing, document)
        elif act is RecordAct.WITHDRAW:
            self._withdraw(work, doing, document)
        else:
            self._mask(work, doing, document, masks=act is RecordAct.MASK)
        Consultations(work).seen(held.consultation)
        return None

    def mask(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
        *,
        masks: bool,
        asked: bool,
        told: frozenset[bool] = frozenset(),
    ) -> Acted | NoAct | NotRead:
        """
        Mask one of several documents that are listed, or show it; or return why not.

        It need not have been opened: its title is enough for a patient who asks. For
        each it is decided anew, and there is a line. ``told``: whether the patient was
        told already of others that are secret, or not; of all of a kind once.

        Raises:
            NotFoundError: it is not there for who asks.
        """
        held = self._held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return held
        document = self.reading.seen(work, held, document_id)
        if document is None:
            raise NotFoundError("not found")
        act = RecordAct.MASK if masks else RecordAct.SHOW
        doing = doing_act(work, who, held, document, act, asked=asked)
        if doing.why is not None:
            note_refused(work, doing, self.refusals)
            return doing.why
        is_secret = _is_secret(document)
        self._mask(work, doing, document, masks=masks, tells=is_secret not in told)
        Consultations(work).seen(held.consultation)
        return Acted(is_secret)

    def replace(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
    ) -> bool:
        """
        Keep that a new version of a document is brought, or why it is not theirs to.

        False where it is not, or is not there for who asks any more. Whether the
        version is filed is decided elsewhere, by the rules of filing.
        """
        held = self._held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return False
        document = self.reading.opened(work, held, document_id)
        if document is None:
            return False
        act = RecordAct.REPLACE
        doing = doing_act(work, who, held, document, act, asked=False)
        if doing.why is not None:
            note_refused(work, doing, self.refusals)
            return False
        with work.resting_on(doing.keep(work)):
            self._note(work, held, Action.VERSION_BROUGHT, "brought", document)
        return True

    def block(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        identity: str,
        called: str = "",
        *,
        asked: bool = False,
    ) -> AdministratorFault | NotRead | None:
        """
        Block somebody by what identifies them, as the patient's administrator.

        Return why not, or None; again is no fault, and tells nobody anything.
        """
        held = self._held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return held
        most = self.reading.settings.web.max_blocks
        doing = doing_block(work, who, held, identity, asked=asked, most=most)
        if doing.why is not None:
            note_refused(work, doing, self.refusals)
            return doing.why
        if identity.lower() not in held.standing.rights.blocked:
            with _acting(work, who), work.resting_on(doing.keep(work)):
                Decisions(work).block(held.consultation.profile_id, identity, called)
            self._tell(work, who, held, NoticeKind.ADMINISTERED)
        return None

    def open_episode(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> Episode | NotRead:
        """
        Open a follow-up of a patient by the structure of who asks; again is no error.

        The patient is then told anew before anybody of that team reads.
        """
        doing = self._followed(work, who, consultation_id, FollowUpAct.OPEN)
        if isinstance(doing, NotRead):
            return doing
        profile_id = doing.held.consultation.profile_id
        with work.resting_on({} if doing.why else doing.keep(work)):
            return Episodes(work).open(profile_id, party_of(who))

    def close_episode(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> bool | NotRead:
        """
        End it, with what the patient agreed to for it; False: none was open.

        The consultation ends as well: whoever reads again asks for another agreement.
        """
        doing = self._followed(work, who, consultation_id, FollowUpAct.CLOSE)
        if isinstance(doing, NotRead):
            return doing
        if doing.why is not None:
            return False
        with work.resting_on(doing.keep(work)):
            Episodes(work).close(doing.held.consultation.profile_id, party_of(who))
        self.reading.end(work, who, consultation_id)
        return True

    def _followed(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        act: FollowUpAct,
    ) -> Doing[NoFollowUp] | NotRead:
        """Ask the rules of follow-ups; what they refuse is noted."""
        held = self._held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return held
        doing = doing_follow_up(who, held, act)
        if doing.why is not None:
            note_refused(work, doing, self.refusals)
        if doing.why is NoFollowUp.EMERGENCY:
            return NotRead(ReadingRefusal.CONSENT_MISSING)
        return doing

    def _held(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> HeldReading | NotRead:
        """Return a consultation with its patient held, to change something of theirs"""
        one = Consultations(work).own(consultation_id, who.national_id)
        if one is not None:
            Profiles(work).hold(one.profile_id)
        held = self.reading.held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return self.reading.check(work, who, consultation_id) or held
        return held

    def _announce(
        self, work: UnitOfWork, doing: Doing[NoAct], document: FiledDocument
    ) -> None:
        """
        Show a hidden result now, with its other forms and the versions before it.

        The delay ends today: the task that would have told the patient on its day does
        so at once, and a message that waited with it is shown.
        """
        vault, kept = self._vault(work), doing.keep(work)
        for one in family(vault, document):
            if Visibility.HIDDEN_FROM_PATIENT not in one.visibility(work.now):
                continue
            vault.change_visibility(
                one,
                one.flags,
                visible_at=work.now,
                flags_then=once_announced(one),
                masked_by=one.masked_by,
            )
            with work.resting_on(kept):
                action = Action.DOCUMENT_ANNOUNCED
                self._note(work, doing.held, action, "announced", one)
            work.tasks.hasten(TaskKind.DISCLOSE, one.id)
            if one.arrival_id:
                self._show_message(work, vault, one)

    def _show_message(
        self, work: UnitOfWork, vault: Vault, document: FiledDocument
    ) -> None:
        """
        Show the message that brought a document, if nothing else in it waits.

        It also carries what was filed before by another message, or withdrawn since.
        """
        arrival_id, profile_id = document.arrival_id, document.profile_id
        named = {one.unique_id for one in Arrivals(work).documents(arrival_id)}
        carried = [
            *vault.brought_by(profile_id, [arrival_id]),
            *vault.find_each(named - {""}).values(),
        ]
        waits = any(
            Visibility.HIDDEN_FROM_PATIENT in one.visibility(work.now)
            for one in carried
        )
        if not waits:
            Inbox(work).show_now(profile_id, arrival_id)

    def _withdraw(
        self, work: UnitOfWork, doing: Doing[NoAct], document: FiledDocument
    ) -> None:
        if withdraw(work, self._vault(work), document):
            with work.resting_on(doing.keep(work)):
                self._note(
                    work,
                    doing.held,
                    Action.DOCUMENT_WITHDRAWN,
                    Reason.WITHDRAWN.value,
                    document,
                    document=document.unique_id,
                )

    def _mask(
        self,
        work: UnitOfWork,
        doing: Doing[NoAct],
        document: FiledDocument,
        *,
        masks: bool,
        tells: bool = True,
    ) -> None:
        masking, who, held = MaskingVault(self.reading.vaults), doing.who, doing.held
        with _acting(work, who), work.resting_on(doing.keep(work)):
            masking.change(work, document.profile_id, [document.id], masks=masks)
        if not tells:
            return
        administers = held.side.reader.relation is Relation.ADMINISTRATOR
        kind = NoticeKind.ADMINISTERED if administers else NoticeKind.MASKED
        self._tell(work, who, held, kind, is_secret=_is_secret(document))

    def _note(
        self,
        work: UnitOfWork,
        held: HeldReading,
        action: Action,
        outcome: str,
        one: FiledDocument,
        **kept: str,
    ) -> None:
        Consultations(work).note(held.consultation, action, outcome, one.id, **kept)

    def _tell(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        held: HeldReading,
        kind: NoticeKind,
        *,
        is_secret: bool = False,
    ) -> None:
        """Tell the patient who changed something; a secret is told to nobody else."""
        profile, settings = held.standing.profile, self.reading.settings
        happened = happened_by(work, who, profile)
        happened = evolve(happened, is_secret=is_secret or happened.is_secret)
        Notices.of(work, settings).make(profile, kind, happened)

    def _vault(self, work: UnitOfWork) -> Vault:
        return self.reading.vaults.within(work)


def _is_secret(document: FiledDocument) -> bool:
    return Visibility.HIDDEN_FROM_REPRESENTATIVES in document.flags


@contextmanager
def _acting(work: UnitOfWork, who: ReadingProfessional) -> Iterator[None]:
    """Have each line and fact say who did it in the patient's place."""
    with work.acting_by(said_of_party(party_of(who))):
        yield
