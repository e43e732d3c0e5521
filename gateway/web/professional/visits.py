"""A request of a professional as the pages see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import field, frozen

from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice, Professional
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.reading_rules import SignedInBy
from gateway.store.professionals.sessions import ProfessionalSession, ProStage
from gateway.web.site.answers import is_further, with_query
from gateway.web.site.forms import EMPTY_FORM, Form
from gateway.web.site.visits import ShownCertificate


@frozen(kw_only=True)
class ProfessionalVisit:
    """
    One request of one visitor of the professionals' pages.

    ``session`` is there from the first proof on; who is signed in (``person``) once a
    situation is chosen. ``column`` is by which column of the matrix they read in it,
    or why by none. ``token`` goes into every form, ``ticket`` into the address of forms
    with files.
    """

    path: str
    query: Mapping[str, str] = field(default=MappingProxyType({}), repr=False)
    form: Form = field(default=EMPTY_FORM, repr=False)
    language: str
    now: datetime
    cookie: str = field(repr=False)
    is_new: bool = False
    session: ProfessionalSession | None = None
    shown: ShownCertificate | None = None
    column: MatrixColumn | NoColumn = NoColumn.ACTIVITY_UNKNOWN
    provider_state: str = field(default="", repr=False)
    """The cookie of a way to the provider of identities that was begun."""
    call: str = field(default="", repr=False)
    """The cookie of what a program said of a patient: see `calling`."""
    body: bytes = field(default=b"", repr=False)
    """What a program sent to a route of its own."""
    token: str = field(repr=False)
    ticket: str = field(default="", repr=False)

    @property
    def stage(self) -> ProStage:
        """How far the visitor came."""
        return ProStage.ANONYMOUS if self.session is None else self.session.stage

    @property
    def person(self) -> Professional | None:
        """Who signed in, None before that."""
        if self.session is None or self.session.stage is not ProStage.OPEN:
            return None
        return self.session.sign_in.person

    @property
    def held_session(self) -> ProfessionalSession:
        """The session; only pages of a stage that has one ask."""
        assert self.session is not None, "the stage has a session"
        return self.session

    @property
    def professional(self) -> Professional:
        """Who signed in; only routes that need an open session ask."""
        assert self.person is not None, "the route needs an open session"
        return self.person

    @property
    def practice(self) -> Practice:
        """The situation that was chosen; only routes that need an open session ask."""
        chosen = self.held_session.sign_in.chosen
        assert chosen is not None, "an open session has one"
        return self.professional.practices[chosen]

    @property
    def signed_in_by(self) -> SignedInBy:
        """How they proved who they are, for the conditions of reading."""
        return self.held_session.sign_in.signed_in_by

    @property
    def identifiers(self) -> frozenset[str]:
        """By what a patient's rules know them: their number, and their structure's."""
        both = {self.professional.national_id, self.practice.structure}
        return frozenset(both - {""})

    @property
    def may_read(self) -> bool:
        """
        Whether some patient's documents may be read at all in this situation.

        Which, and whose, is asked of the conditions of reading each time.
        """
        by_two = self.signed_in_by is SignedInBy.CARD
        return by_two and not isinstance(self.column, NoColumn)

    @property
    def address(self) -> str:
        """The path with its query: where a visitor wanted to go."""
        found = with_query(self.path, self.query)
        return found if is_further(found) else "/home"

    @property
    def further(self) -> str:
        """Where signing in leads to: what the form or the address says, if it may."""
        named = self.form.line("next") or self.query.get("next", "")
        return named if is_further(named) else ""


def name_of(person: Professional) -> str:
    """
    Return a professional's name as people read it: family name in capitals.

    >>> name_of(Professional(national_id="8", family="moreau", given="CAMILLE"))
    'Camille MOREAU'
    """
    given = "-".join(part.capitalize() for part in person.given.split("-"))
    return f"{given} {person.family.upper()}".strip() or person.national_id
