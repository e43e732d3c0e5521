"""What the checks of MAIL and RCPT answer: who is admitted, or why nobody is."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.envelope import Door, Sender
from gateway.evidence.arguments import TakenDecision
from gateway.message.address import MailAddress
from gateway.mssante.smtp.replies import Reply
from gateway.rights.sender_rules import Link
from gateway.trust.space import PeerVerdict


@frozen(kw_only=True)
class DoorRefusal:
    """
    What a refusal at a door rests on: who asked, and the decision of a rule.

    ``sender`` is who asked, as proven; a peer that is not admitted has shown no more
    than its certificate. ``profile_id`` is the patient's whose settings were asked,
    empty for nobody's.
    """

    sender: Sender | PeerVerdict
    part: TakenDecision
    profile_id: str = ""


@frozen
class Refused:
    """
    ``reply`` goes to the peer, ``code`` to the journal and the log only.

    ``of_peer``: it is the certificate that is refused, whatever the peer asks for.
    ``refusal`` is what a rule was asked and what it answered, None where none was.
    """

    reply: Reply
    code: str
    of_peer: bool = field(default=False, eq=False)
    refusal: DoorRefusal | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class AdmittedSender:
    """A peer that may send as ``reverse_path``, which is None for the null path."""

    door: Door
    sender: Sender
    link: Link
    reverse_path: MailAddress | None = field(repr=False)
    others: frozenset[str] = field(default=frozenset(), repr=False)
    """By which names more who sends is known here (`Mailboxes.known_as`)."""

    @property
    def names(self) -> frozenset[str]:
        """Every name by which a patient may have blocked who sends, or an empty one."""
        sender = self.sender
        return self.others | {self.path_text, sender.identity, sender.structure}

    @property
    def path_text(self) -> str:
        """The reverse path as a text, empty for the null path."""
        return "" if self.reverse_path is None else str(self.reverse_path)
