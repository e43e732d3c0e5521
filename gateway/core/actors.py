"""Who made a change of what a patient's space says, and by what means."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

BY_THE_KEY = " (by the master key)"
"""What follows an operator's name where a socket is set and nobody answered there."""

BY_TIME = "time"
"""What stands for a name where a day came that was waited for."""


class Who(StrEnum):
    """What somebody is to the patient."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    CARER = "carer"
    PROFESSIONAL = "professional"
    OPERATOR = "operator"
    SYSTEM = "system"


class Means(StrEnum):
    """
    By what means somebody acts; ``portal`` is the professionals' pages, ``counter`` a
    helper, with the patient there.
    """

    WEB = "web"
    PORTAL = "portal"
    ADMIN_SOCKET = "admin-socket"
    MASTER_KEY = "master-key"
    MAIL = "mail"
    COUNTER = "counter"
    TASK = "task"


@frozen
class Actor:
    """Who acts; the patient's own name stands in the profile alone."""

    who: Who
    means: Means
    name: str = field(default="", repr=False)

    @property
    def is_operator(self) -> bool:
        """Tell whether the name is of an account of the machine, no person's data."""
        return self.who in (Who.OPERATOR, Who.SYSTEM)


PATIENT = Actor(Who.PATIENT, Means.WEB)


def actor_of(said: Actor | str) -> Actor:
    """
    Return who acts, of the name that a command or a page gives.

    Pages give none for the patient. A command that the service gave in an operator's
    place names the role; any other opened the database by the master key.

    >>> [str(actor_of(said).means) for said in ("", "time", "anne (support)", "root")]
    ['web', 'task', 'admin-socket', 'master-key']
    """
    if isinstance(said, Actor):
        return said
    if not said:
        return PATIENT
    if said == BY_TIME:
        return Actor(Who.SYSTEM, Means.TASK, said)
    by_socket = said.endswith(")") and not said.endswith(BY_THE_KEY)
    means = Means.ADMIN_SOCKET if by_socket else Means.MASTER_KEY
    return Actor(Who.OPERATOR, means, said)
