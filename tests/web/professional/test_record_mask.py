"""Several documents masked at once where the patient asks, each by itself."""

from __future__ import annotations

from sqlalchemy import select, update

from gateway.core.document import Visibility
from gateway.core.texts.notices import NoticeKind
from gateway.store.journal import Action
from gateway.store.patients.notice_centre import NoticeCentre
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import documents, notices
from tests.store.patients.told import reader
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import CARE, ProSite
from tests.web.professional.test_record_acts import NOBODY, found, name, put_own
from tests.web.professional.test_records import declared, lines, opened

MASKED = frozenset({Visibility.MASKED})
SECRET = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})


def mask(
    browser: Browser, record: str, *ids: str, asked: str = "1", to: str = "masked"
) -> Reply:
    page = browser.get(f"{record}/mask")
    fields = [("token", token_of(page)), ("asked", asked), ("to", to)]
    fields += [("document", one) for one in ids]
    return browser.post(f"{record}/mask", fields)


def became(page: Reply) -> list[str]:
    """Return what is said of each document, in the order of the page."""
    part = page.text.split('aria-labelledby="became"')[1].partition("</section>")[0]
    return [one.partition("</li>")[0] for one in part.split("<li>")[1:]]


def told(pages: ProSite, patient: str) -> int:
    """Return how many notices of a mask stand in the patient's space."""
    who = reader(pages.database, patient)
    with pages.database.read() as work:
        found = NoticeCentre(work).newest_unread(who, 30)
    return sum(
        one.kind in {NoticeKind.MASKED, NoticeKind.ADMINISTERED} for one in found
    )


@blocking
def test_several_of_ones_own_are_masked_by_one_form_and_shown_again(
    pages: ProSite, patient: str
) -> None:
    own = [put_own(pages, patient, title=f"Bilan {number}") for number in range(3)]
    theirs = put_own(pages, patient, owner=NOBODY, title="D’un autre")
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    page = browser.get(record)
    form = browser.get(f"{record}/mask")

    done = mask(browser, record, *own)

    assert f'href="{record}/mask"' in page.text
    assert theirs not in form.text
    assert done.status == 200
    assert [one.count("masqué aux professionnels") for one in became(done)] == [1] * 3
    assert [found(pages, patient, one).flags for one in own] == [MASKED] * 3
    assert sorted(lines(pages, patient, Action.DOCUMENT_MASKED)) == sorted(own)
    with pages.database.read() as work:
        decided = [one for one in Profiles(work).changes(patient) if one.what == "mask"]
    assert len(decided) == 3
    assert told(pages, patient) == 1  # once, however many

    shown = mask(browser, record, own[0], to="shown")
    assert "de nouveau visible" in became(shown)[0]
    assert found(pages, patient, own[0]).flags == frozenset()


@blocking
def test_what_one_comes_to_is_told_of_it_and_keeps_back_no_other(
    pages: ProSite, patient: str
) -> None:
    ready, done = (
        put_own(pages, patient, title="Prêt"),
        put_own(pages, patient, title="Fait"),
    )
    theirs = put_own(pages, patient, owner=NOBODY)
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    mask(browser, record, done)

    page = mask(browser, record, ready, done, theirs, "0" * 32)

    said = {one.partition("<b>")[2].partition("</b>")[0]: one for one in became(page)}
    assert "masqué aux professionnels" in said["Prêt"]
    assert "déjà le cas" in said["Fait"]
    assert "2 documents ne sont plus là" in said[""]
    assert found(pages, patient, ready).flags == MASKED
    assert found(pages, patient, theirs).flags == frozenset()
    assert len(lines(pages, patient, Action.DOCUMENT_MASKED)) == 2


@blocking
def test_an_altered_document_fails_alone(pages: ProSite, patient: str) -> None:
    good, bad = (
        put_own(pages, patient, title="Bon"),
        put_own(pages, patient, title="Abîmé"),
    )
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    form = browser.get(f"{record}/mask")
    with pages.database.write() as work:
        work.connection.execute(
            update(documents).where(documents.c.id == bad).values(size=1)
        )

    fields = [("token", token_of(form)), ("asked", "1"), ("to", "masked")]
    page = browser.post(
        f"{record}/mask", [*fields, ("document", bad), ("document", good)]
    )

    assert page.status == 200
    assert found(pages, patient, good).flags == MASKED
    assert lines(pages, patient, Action.DOCUMENT_MASKED) == [good]
    assert "1 document n’est plus là" in page.text


@blocking
def test_nothing_changes_without_a_document_or_the_patients_word(
    pages: ProSite, patient: str
) -> None:
    one = put_own(pages, patient)
    browser = pages.sign_in(CARE)
    record = opened(browser).location

    none, unasked = mask(browser, record), mask(browser, record, one, asked="")

    assert (none.status, unasked.status) == (422, 422)
    assert "Cochez au moins un document" in none.text
    assert "Cochez la case" in unasked.text
    assert f'value="{one}" checked' in unasked.text
    assert lines(pages, patient, Action.DOCUMENT_MASKED) == []


@blocking
def test_the_administrator_masks_all_and_a_secret_is_told_to_nobody_else(
    pages: ProSite, patient: str
) -> None:
    name(pages, patient)
    plain = [put_own(pages, patient, owner=NOBODY, title=f"{n}") for n in range(2)]
    secret = put_own(pages, patient, owner=NOBODY, flags=SECRET)
    browser = pages.sign_in(CARE)
    record = opened(browser).location

    page = mask(browser, record, *plain, secret)

    assert len(became(page)) == 3
    assert Visibility.MASKED in found(pages, patient, secret).flags
    assert told(pages, patient) == 2  # one of what is secret, one of the rest
    with pages.database.read() as work:
        kinds = list(work.connection.execute(select(notices.c.kind)).scalars())
    assert kinds.count(NoticeKind.ADMINISTERED.value) == 1


@blocking
def test_who_may_mask_nothing_has_no_such_page(pages: ProSite, patient: str) -> None:
    theirs = put_own(pages, patient, owner=NOBODY)
    browser = pages.sign_in(CARE)
    record = opened(browser).location

    listed = browser.get(record)
    forced = browser.post(
        f"{record}/mask",
        {"token": token_of(listed), "document": theirs, "asked": "1", "to": "masked"},
    )

    assert f"{record}/mask" not in listed.text
    assert browser.get(f"{record}/mask").status == 404
    assert forced.status == 404
    assert found(pages, patient, theirs).flags == frozenset()


@blocking
def test_nobody_masks_in_an_emergency(pages: ProSite, patient: str) -> None:
    own = put_own(pages, patient)
    browser = pages.sign_in(CARE)
    record = declared(browser).location

    assert browser.get(f"{record}/mask").status == 404
    forced = browser.post(
        f"{record}/mask",
        {
            "token": token_of(browser.get(record)),
            "document": own,
            "asked": "1",
            "to": "masked",
        },
    )
    assert forced.status == 404
    assert found(pages, patient, own).flags == frozenset()
