"""Who may send, and to whom: gathers the facts (blocking) and applies the rules."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from gateway.core.decision import Refuse
from gateway.core.envelope import Door, Recipient, RecipientKind, Sender
from gateway.core.ins import has_valid_key
from gateway.core.reasons import Reason
from gateway.errors import UnavailableError
from gateway.evidence.arguments import (
    answered_part,
    sender_part,
)
from gateway.message.address import MailAddress, read_address
from gateway.message.headers import Headers
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admitted import AdmittedSender, DoorRefusal, Refused
from gateway.mssante.smtp.asked_sets import AskedSet
from gateway.mssante.smtp.elsewhere import admit_elsewhere
from gateway.mssante.smtp.proven import (
    refused_peer,
    sender_of_bearer,
    sender_of_peer,
)
from gateway.mssante.smtp.replies import Reply
from gateway.mssante.smtp.replying import (
    PATIENT_BY_MAIL,
    reply_to_refusal,
    reply_to_sender,
)
from gateway.rights.mailbox_rules import (
    MailboxFacts,
    MailboxRefusal,
    refuse_mailbox,
)
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import AddressFact, PatientFacts, refuse_patient
from gateway.rights.sender_rules import (
    Link,
    LinkKind,
    SenderHeaders,
    SenderRefusal,
    decide_headers,
    decide_reverse_path,
    narrowed,
    writes_as_patient,
)
from gateway.settings.file import DomainSettings, FilingSettings
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.standing import (
    FindStanding,
    find_standing,
    find_standing_at_once,
)
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from gateway.trust.certificate_rules import (
    CertificateRefused,
    HolderFault,
    judge_holder,
)
from gateway.trust.space import PeerVerdict, TrustSpace
from gateway.trust.tokens import Bearer, ProviderSignIn

_MATRICULE = re.compile(r"[1-9]\d{4}(?:\d\d|2[AB])\d{6}\d{2}")


_NOT_LISTED = {
    SenderRefusal.OPERATOR_NOT_LISTED,
    SenderRefusal.REVERSE_PATH_NOT_LISTED,
    SenderRefusal.FROM_NOT_LISTED,
    SenderRefusal.SENDER_NOT_LISTED,
    SenderRefusal.REPLY_TO_OUTSIDE,
}
"""Refused as the allow-list does not have it: for now, while ours is not current."""


@frozen(kw_only=True)
class Admission:
    """
    The checks of MAIL and RCPT; each call asks for the state of things now.

    All methods block, but for those that say so: they read files and the database,
    and run in threads.
    """

    database: Database
    trust: TrustSpace
    domains: DomainSettings
    filing: FilingSettings
    mailbox_quota_bytes: int

    def judge(self, door: Door, der: bytes) -> Sender | Refused:
        """Return who showed that certificate, if it may use that door at all."""
        return self._sender(door, self.trust.judge_peer(der))

    def _sender(self, door: Door, peer: PeerVerdict) -> Sender | Refused:
        if isinstance(peer.verdict, CertificateRefused):
            ours = peer.verdict.is_our_fault
            reply = replies.CANNOT_TELL if ours else replies.NOT_ENTITLED
            return refused_peer(
                door, peer, reply, tuple(one.value for one in peer.verdict.faults)
            )
        is_relay = door is Door.OPERATOR
        fault = judge_holder(peer.kind, is_relay=is_relay, listed=peer.listed)
        if fault is not None:
            reply = replies.NOT_ENTITLED
            if fault is HolderFault.NOT_LISTED:
                reply = self._unlisted(reply)
            return refused_peer(door, peer, reply, (fault.value,))
        return sender_of_peer(door, peer)

    def _unlisted(self, reply: Reply) -> Reply:
        """
        Return how to refuse what the allow-list does not have: for good, or for now.
        """
        return reply if self.trust.allowlist_is_current else replies.CANNOT_TELL

    def is_over(self, sign_in: ProviderSignIn) -> bool:
        """Tell whether the provider of identities ended the sign-in of a token."""
        with self.database.read() as work:
            return sign_in in EndedSignIns(work).among([sign_in])

    def is_quick_at(self, door: Door) -> bool:
        """
        Tell whether `admit_sender` only computes now, and needs no thread.

        An operator is judged by what is in memory, unless a list was replaced; a
        user's mailboxes are in the database.
        """
        return door is Door.OPERATOR and not self.trust.changed

    def admit_sender(
        self,
        door: Door,
        der: bytes,
        path: MailAddress | None,
        acts_as: str = "",
        bearer: Bearer | None = None,
    ) -> AdmittedSender | Refused:
        """
        Judge the certificate again, then MAIL FROM; ``acts_as`` is who signed in.

        Who signed in by a token is its ``bearer``, who needs no certificate; one that
        was shown has to be believed all the same.
        """
        proven = self._proven(door, der, bearer)
        if isinstance(proven, Refused):
            return proven
        sender, link = proven
        admitted = AdmittedSender(
            door=door, sender=sender, link=narrowed(link, acts_as), reverse_path=path
        )
        decision = decide_reverse_path(admitted.link, admitted.path_text)
        code = ""
        if isinstance(decision, Refuse):
            code = decision.reasons[0].value
        elif self._poses_as_patient(admitted, SenderHeaders(from_=())):
            code = PATIENT_BY_MAIL
        if not code:
            return evolve(admitted, others=self._also_known_as(admitted))
        refusal = self._of_sender(admitted, None, (code,))
        return Refused(self.reply_to_sender(door, code), code, refusal=refusal)

    def _also_known_as(self, admitted: AdmittedSender) -> frozenset[str]:
        """Return by which names more a professional of here goes; none of elsewhere."""
        path = admitted.reverse_path
        ours = path is not None and path.domain == self.domains.professional.lower()
        if not ours and admitted.door is Door.OPERATOR:
            return frozenset()
        with self.database.read() as work:
            return Mailboxes(work).names_of_sender(*admitted.names)

    def _proven(
        self, door: Door, der: bytes, bearer: Bearer | None
    ) -> tuple[Sender, Link] | Refused:
        if bearer is None or der:
            peer = self.trust.judge_peer(der)
            sender = self._sender(door, peer)
            if isinstance(sender, Refused):
                return evolve(sender, of_peer=True)
            if bearer is None:
                return sender, self._link(door, peer)
        return sender_of_bearer(bearer), self._link_of_user(bearer.identity)

    def _link(self, door: Door, peer: PeerVerdict) -> Link:
        if door is not Door.OPERATOR:
            return self._link_of_user(peer.identity)
        assert peer.certificate is not None, "trusted unread"
        return Link(
            door=LinkKind.RELAY,
            domains=AskedSet(lambda domain: self.trust.may_send_for(peer, domain)),
            hosts=AskedSet(peer.certificate.names_host),
            trusted=self._trusted,
        )

    def _link_of_user(self, identity: str) -> Link:
        with self.database.read() as work:
            held = Mailboxes(work).held_by(identity)
        return Link(
            door=LinkKind.SUBMISSION,
            mailboxes=frozenset(mailbox.address.lower() for mailbox in held),
            trusted=self._trusted,
        )

    @property
    def _trusted(self) -> AskedSet:
        return AskedSet(
            lambda domain: domain in self.domains.hosted or self.trust.lists(domain)
        )

    def admit_headers(
        self, admitted: AdmittedSender, headers: Headers
    ) -> Refused | None:
        """
        Return how the header addresses are refused, or None.

        Raises:
            InvalidError: one of them is malformed.
        """
        found = SenderHeaders(
            from_=_addresses(headers, "from"),
            sender=_addresses(headers, "sender"),
            reply_to=_addresses(headers, "reply-to"),
        )
        decision = decide_headers(admitted.link, admitted.path_text, found)
        reasons: tuple[str, ...] = ()
        if isinstance(decision, Refuse):
            reasons = tuple(reason.value for reason in decision.reasons)
        elif self._poses_as_patient(admitted, found):
            reasons = (PATIENT_BY_MAIL,)
        if not reasons:
            return None
        return Refused(
            self.reply_to_sender(admitted.door, reasons[0]),
            reasons[0],
            refusal=self._of_sender(admitted, found, reasons),
        )

    def _of_sender(
        self,
        admitted: AdmittedSender,
        headers: SenderHeaders | None,
        reasons: tuple[str, ...],
    ) -> DoorRefusal:
        part = sender_part(
            admitted.link,
            admitted.path_text,
            headers,
            self.domains.patient.lower(),
            reasons,
        )
        return DoorRefusal(sender=admitted.sender, part=part)

    def reply_to_sender(self, door: Door, code: str) -> Reply:
        """Return the reply to a sender refused by that code: for good, or for now."""
        reply = reply_to_sender(door, code)
        return self._unlisted(reply) if code in _NOT_LISTED else reply

    def _poses_as_patient(
        self, admitted: AdmittedSender, headers: SenderHeaders
    ) -> bool:
        domain = self.domains.patient.lower()
        return writes_as_patient(admitted.path_text, headers, domain)

    def admit_recipient(
        self, admitted: AdmittedSender, address: MailAddress | None
    ) -> Recipient | Refused:
        """
        Return the recipient, or the refusal: one for all where a patient is meant.

        ``address`` is None for ``<postmaster>``. The inter-operator door never
        relays, but for the postmaster's mail; a user's message may leave for domains of
        the space of trust.
        """
        if self._is_postmaster(address):
            address = read_address(self.domains.postmaster_address)
            return self._for_postmaster(admitted, address)
        assert address is not None, "the postmaster's is known"
        if address.domain == self.domains.patient.lower():
            return self._patient(admitted, address, find_standing)
        if address.domain == self.domains.professional.lower():
            return self._mailbox(admitted, address)
        leads_on = self.trust.lists(address.domain)
        found = admit_elsewhere(admitted, address, leads_on=leads_on)
        if isinstance(found, Refused) and admitted.door is Door.SUBMISSION:
            return evolve(found, reply=self._unlisted(found.reply))
        return found

    def admit_recipient_at_once(
        self, admitted: AdmittedSender, address: MailAddress | None
    ) -> Recipient | Refused | None:
        """Return the same without waiting; None when only a thread can."""
        if address is None or address.domain != self.domains.patient.lower():
            return None
        if self._is_postmaster(address):
            return None
        try:
            return self._patient(admitted, address, find_standing_at_once)
        except UnavailableError:
            return None

    def _is_postmaster(self, address: MailAddress | None) -> bool:
        """Tell whether it is the postmaster's, of any domain here (RFC 5321 §4.5.1)."""
        return address is None or (
            address.local.lower() == "postmaster" and self._is_here(address)
        )

    def _for_postmaster(
        self, admitted: AdmittedSender, address: MailAddress
    ) -> Recipient | Refused:
        if address.domain == self.domains.professional.lower():
            return self._mailbox(admitted, address)
        leads_on = not self._is_here(address) and self.trust.lists(address.domain)
        return admit_elsewhere(admitted, address, leads_on=leads_on, to_postmaster=True)

    def _is_here(self, address: MailAddress) -> bool:
        return address.domain in self.domains.hosted

    def _patient(
        self, admitted: AdmittedSender, address: MailAddress, find: FindStanding
    ) -> Recipient | Refused:
        matricule = address.local.upper()
        found = find(self.database, matricule, names=admitted.names)
        facts = PatientFacts(
            address=_address_fact(matricule),
            state=ProfileState(found.state) if found else ProfileState.ABSENT,
            blocked=found is not None and found.blocked,
            refuse_wrong_key=self.filing.refuse_wrong_test_key,
            blocked_may_file=self.filing.blocked_may_file,
            blocked_may_write=self.filing.blocked_may_write,
        )
        reason = refuse_patient(facts)
        if reason is not None or found is None:
            reason = reason or Reason.PROFILE_ABSENT
            settings = str(found.settings_version) if found else ""
            part = answered_part(facts, reason, patient_settings=settings)
            return Refused(
                reply_to_refusal(reason),
                reason.value,
                refusal=DoorRefusal(
                    sender=admitted.sender,
                    part=part,
                    profile_id=found.profile_id if found else "",
                ),
            )
        return Recipient(
            kind=RecipientKind.PATIENT,
            address=f"{matricule}@{address.domain}",
            target_id=found.profile_id,
        )

    def _mailbox(
        self, admitted: AdmittedSender, address: MailAddress
    ) -> Recipient | Refused:
        with self.database.read() as work:
            mailbox = Mailboxes(work).find(str(address))
        facts = MailboxFacts(
            exists=mailbox is not None,
            is_open=mailbox is not None and mailbox.state == "open",
            used_bytes=mailbox.used_bytes if mailbox else 0,
            quota_bytes=self.mailbox_quota_bytes,
        )
        reason = refuse_mailbox(facts)
        if reason is not None or mailbox is None:
            code = reason or MailboxRefusal.UNKNOWN
            return Refused(
                _reply_of_mailbox(admitted.door, code),
                code.value,
                refusal=DoorRefusal(
                    sender=admitted.sender, part=answered_part(facts, code)
                ),
            )
        return Recipient(
            kind=RecipientKind.MAILBOX,
            address=mailbox.address,
            target_id=mailbox.id,
        )


def _reply_of_mailbox(door: Door, code: MailboxRefusal) -> Reply:
    """A mailbox that is full may have room later, which everybody is told."""
    if code is MailboxRefusal.FULL:
        return replies.MAILBOX_FULL
    return reply_to_sender(door, code)


def _address_fact(matricule: str) -> AddressFact:
    if _MATRICULE.fullmatch(matricule) is None:
        return AddressFact.NO_INS
    return AddressFact.INS if has_valid_key(matricule) else AddressFact.WRONG_KEY


def _addresses(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(str(one.address) for one in headers.mailboxes(name))
