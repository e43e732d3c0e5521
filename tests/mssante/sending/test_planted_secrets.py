"""
Nothing of what happened is in what leaves for the ordinary Internet.

All texts of all notices, and all that left of a letter's whole way, are searched for
what was planted: titles, types, specialties, services, professionals, the patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from gateway.core.codes import document_types
from gateway.core.notices import Happened, NoticeFamily, NoticeWhen, families_to_choose
from gateway.core.texts.notices import NOTICE_TEXTS, NoticeKind
from gateway.core.texts.sms import sms_text
from gateway.dmp_bridge.filing.announcing import Disclosing, TellingWithdrawal
from gateway.dmp_bridge.filing.filing import Filing
from gateway.mssante.sending.notifying import Notifying
from gateway.mssante.sending.outbox import Outbox
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Database
from gateway.store.patients.daily_email import Digesting
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import TaskKind
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import MATRICULE, TRAITS, open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.mssante.post import SERVICE, TABLES, Post

ABOUT = "c0ffee" * 5 + "c0"
ACTOR = "Dr Hippolyte VANDENBERGHE"
OF_HEALTH = (
    # Specialties and services, in French and English.
    *("oncolog", "cardiolog", "psychiatr", "addictolog", "gynécolog", "gynecolog"),
    *("urolog", "neurolog", "dermatolog", "infectiolog", "pédiatr", "hépat", "sida"),
    *("vih", "cancer", "biopsie", "ivg", "dépistage", "radiolog", "laborat", "biolog"),
    *("ordonnance", "résultat", "compte rendu", "hospital", "hôpital", "sortie"),
    *("diagnos", "traitement", "vaccin", "patholog", "maladie", "urgences"),
)
OF_THE_PATIENT = (
    MATRICULE,
    MATRICULE[:13],
    TRAITS.family,
    TRAITS.first_given,
    "MARIE-LOUISE",
    TRAITS.birth_date,
    "28/03/1979",
    "@patient.mssante",
)


def forbidden() -> Iterator[str]:
    """Yield what none may say, in lower case: the codes and names of all types too."""
    yield from (one.lower() for one in (*OF_HEALTH, *OF_THE_PATIENT, ABOUT, ACTOR))
    yield from ("vandenberghe", "hippolyte", SERVICE.lower(), "mssante")
    for one in document_types().values():
        yield one.code.lower()
        yield one.label.lower()
        yield one.english.lower()


SAFE = {
    "à l’accueil du service",
    "en cas d’urgence, appelez le 15.",
    "in an emergency, call 15.",
}
"""What each e-mail says of where to get help."""


def check(subject: str, text: str, url: str) -> None:
    """Find nothing in an e-mail that may not be there, and no way but the one."""
    said = " ".join(f"{subject} {text}".lower().split())
    for one in SAFE:
        said = said.replace(one, "")
    for word in forbidden():
        assert not re.search(rf"(?<!\w){re.escape(word)}", said), (word, said)
    links = re.findall(r"\w+://\S+", said)
    assert set(links) <= {url.lower()}
    assert "?" not in "".join(links)
    assert not re.search(r"[0-9a-f]{16,}", said), "a token, or the id of something"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", NoticeKind)
def test_b7_30_no_text_says_what_happened_or_to_whom(
    database: Database, tmp_path: Path, kind: NoticeKind, language: str
) -> None:
    assert set(NOTICE_TEXTS[kind]) == {"fr", "en"}
    settings = make_settings(tmp_path, web={"public_url": "https://sante.example/"})
    profile_id = open_profile(database)
    with database.write() as work:
        Profiles(work).change(profile_id, "language", language=language)
        for family in families_to_choose():
            NoticeChoices(work, profile_id).choose(family, NoticeWhen.ONCE)
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        happened = Happened(subject=ABOUT, by=ACTOR)
        Notices.of(work, settings).make(
            profile, kind, happened, digits="654321", minutes=10, login="jeanne"
        )

    (mail,) = leave(database, settings)

    check(str(mail["Subject"]), mail.get_content(), settings.public_url)
    texted = (
        sms_text(kind)
        .said(language)
        .format(service="Le service", digits="654321", minutes=10)
    )
    check("", texted, settings.public_url)
    assert str(mail["To"]) == "d@courriel.example"
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    known = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"}
    of_form = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    assert set(mail.keys()) <= known | of_form


def leave(database: Database, settings: Any) -> list[EmailMessage]:
    """Let every notice that waits leave; return them as their reader gets them."""
    notifying = Notifying.from_settings(database, settings)
    with database.write() as work:
        from datetime import timedelta

        tasks = work.tasks.claim("out", [TaskKind.NOTIFY], 50, timedelta(1))
        for task in tasks:
            assert work.tasks.finish(task, "out")
    for task in tasks:
        job = notifying(task)
        with database.write() as work:
            job(work)
    assert isinstance(notifying.mail.carry, Outbox)
    files = sorted(notifying.mail.carry.folder.glob("*.eml"))
    return [message_from_bytes(one.read_bytes(), policy=default) for one in files]


def test_b7_30_nothing_that_leaves_of_a_letters_whole_way_says_what_it_is(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    """Filed and delivered, hidden until announced, withdrawn; at once and by the day"""
    settings = make_settings(tmp_path, **TABLES)
    post, vaults = Post.open(database, clock), open_vaults(database)
    own: dict[TaskKind, Step] = {
        TaskKind.FILE: Filing.from_settings(database, vaults, settings),
        TaskKind.DISCLOSE: Disclosing(settings, vaults),
        TaskKind.WITHDRAW: TellingWithdrawal(settings, vaults),
        TaskKind.DIGEST: Digesting(settings),
    }
    post = evolve(post, steps={**post.steps, **own})
    with database.write() as work:
        choices = NoticeChoices(work, post.profile_id)
        choices.choose(NoticeFamily.MESSAGE, NoticeWhen.DAILY)
    title = "Compte rendu de biopsie, service d'oncologie"
    for number, flags in enumerate(((), ("INVISIBLE_PATIENT",))):
        kept = f"2.25.31131685433280613982432195549367336799{number}"
        content = make_cda(unique_id=(f"{kept}.1", ""), set_id=kept, title=title)
        mail = make_mail(as_xdm(pack(content, flags=flags)), sender=SERVICE)
        post.keep(mail, post.patient())
        post.work()
    for days in (0, 1, 14, 31, 32):
        clock.advance(days=days)
        post.work()

    sent = leave(database, settings)

    subjects = [str(one["Subject"]) for one in sent]
    assert len(subjects) >= 3
    assert {"Du nouveau dans votre espace aujourd’hui"} <= set(subjects)
    assert "Votre espace a été mis à jour" in subjects
    for one in sent:
        check(str(one["Subject"]), one.get_content(), settings.public_url)
