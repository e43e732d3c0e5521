"""A page asks the database as often for a thousand things as for ten."""

from __future__ import annotations

from pathlib import Path

from gateway.core.ins import Ins
from gateway.measuring.page_filling import FEW, Holdings
from gateway.measuring.page_routes import APART
from gateway.measuring.page_space import Space
from gateway.store.base.work import Database
from gateway.web.patient.results_pages import MOST_DOCUMENTS
from gateway.web.site.paging import PER_PAGE
from tests.builders_database import new_sqlite
from tests.builders_people import MATRICULE, TEST_RANGE, matricule, open_profile
from tests.builders_queries import statements
from tests.builders_settings import make_settings
from tests.fakes import SetClock

MANY = Holdings(1_000, 1_000)
MOST_CONTACTS = 200
PASSKEYS = {"public_url": "https://localhost/"}
"""With a name that passkeys can be for."""

MOST = 38
"""
Queries of the page that asks most, a conversation: among them one a transaction on the
keys, two for the rows that vouch for what its messages are joined with, one for the new
notices that the frame counts, one for those that opening the page reads, one for the
files of all its messages that are documents of the patient's own already, one for the
mailbox that is answered: the rule asks for its terms, two for its quota: when it wrote
last, and what the patient sent since, and three for whom the patient blocked: what they
decided, and by which names those are known here.
"""

BOUNDED = {
    "/documents/results": 2 * MOST_DOCUMENTS + MOST,
    "/confidentiality/administrators/new": MOST_CONTACTS + MOST,
    "documents, searched": 2 * PER_PAGE + MOST,
}
"""
Pages that ask for each of so many things and no more: the documents a plot is made of,
of whom the patient exchanged letters with which are persons, and the texts of what is
on one page of a search, to show the place of a word.
"""

ALONE = {"a conversation, the oldest page": "a conversation, the newest page"}
"""
Pages that are another one where there is little: what is unread on it was read already
when it is asked for by this name. Where there is much, chance says which page has it.
"""


def asked(database: Database, folder: Path, holdings: Holdings) -> dict[str, int]:
    """Return how many queries a page runs at most in a space with so much in it."""
    people = [MATRICULE, matricule(2)]
    for one in people:
        open_profile(database, ins=Ins.of(one, TEST_RANGE))
    space = Space.fill(make_settings(folder, web=PASSKEYS), database, people, holdings)
    most: dict[str, int] = {}
    try:
        for page in space.addresses():
            for _time in ("with what is unread", "again"):
                with statements(database.engine) as seen:
                    space.time(page)
                most[page.name] = max(most.get(page.name, 0), seen.total())
    finally:
        space.close()
    return most


def test_every_address_is_measured_or_it_is_said_why_not(
    tmp_path: Path, clock: SetClock
) -> None:
    database = new_sqlite(tmp_path, clock)
    people = [MATRICULE, matricule(2)]
    for one in people:
        open_profile(database, ins=Ins.of(one, TEST_RANGE))
    space = Space.fill(make_settings(tmp_path, web=PASSKEYS), database, people, FEW)
    try:
        pages = list(space.addresses())
        for page in pages:
            space.time(page)  # it is shown, or leads on
        measured = {page.path for page in pages}
        assert measured | set(APART) == set(space.routes)
        assert not measured & set(APART)
        assert all(APART.values())
    finally:
        space.close()
        database.close()


def test_no_page_asks_more_often_for_more_rows(
    database: Database, tmp_path: Path, clock: SetClock
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    beside = new_sqlite(small, clock)
    few = asked(beside, small, FEW)
    beside.close()

    many = asked(database, tmp_path, MANY)

    most = {page: few[ALONE.get(page, page)] for page in many}
    more = {page: n for page, n in many.items() if n > most[page]}
    assert {page: n for page, n in more.items() if n > BOUNDED.get(page, 0)} == {}
    others = [few[page] for page in few if page not in BOUNDED]
    others += [many[page] for page in many if page not in BOUNDED]
    assert max(others) <= MOST
