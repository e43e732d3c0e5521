"""The form of an answer or a new message: what was filled in, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from uuid import uuid4

from attrs import evolve, field, frozen

from gateway.core.texts.writing import MESSAGING_NOTICE
from gateway.documents.media import ENDINGS
from gateway.evidence.policies import files_policy_of
from gateway.rights.attachment_rules import (
    AttachmentPolicy,
    OfferedFile,
    files_within,
)
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.drafts import Begun, Draft
from gateway.store.mailbox.terms import ReplyTerms
from gateway.web.patient.answering import Writing
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard
from gateway.web.site.desk import reader_now, who_acts
from gateway.web.site.forms import FieldProblem
from gateway.web.site.names import file_name
from gateway.web.site.uploads import AcceptedFile, file_problems, judge_files
from gateway.web.site.visits import Visit

_ID = re.compile(r"[0-9a-f]{32}")
_MAX_SUBJECT = 200
_MAX_TEXT = 20_000
_CHOICES = 30
_MOST_KEPT = 50
"""Documents that a draft remembers, more than any message may have."""


@frozen(kw_only=True)
class Filled:
    """What the form holds when it is shown."""

    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    chosen: frozenset[str] = frozenset()
    contact: str = ""
    draft: str = ""
    """The id of the draft that a new message is kept as."""
    once: str
    was: str = ""
    """The version of the draft that the form was shown with, empty for none."""
    has_gone: bool = False
    """A document that had been chosen is not there any more."""
    problems: tuple[FieldProblem, ...] = ()
    is_filled: bool = False
    had_files: bool = False

    def with_draft(self, draft: Draft) -> Filled:
        """Return the same form with what was begun."""
        return evolve(
            self,
            subject=draft.begun.subject,
            text=draft.begun.text,
            chosen=self.chosen | frozenset(draft.begun.documents),
            contact=self.contact or draft.begun.to,
            draft="" if draft.is_answer else draft.id,
            was=draft.version,
        )

    def begun(self, to: str) -> Begun:
        """Return what of it is kept as a draft."""
        acts = who_acts()
        return Begun(
            subject=self.subject[:_MAX_SUBJECT],
            text=self.text[:_MAX_TEXT],
            documents=tuple(sorted(self.chosen)[:_MOST_KEPT]),
            to=to,
            form=self.once,
            was=self.was,
            is_own=acts is None,
            by=acts.person if acts is not None else "",
        )

    def of(self, name: str) -> tuple[FieldProblem, ...]:
        """Return the problems of one field."""
        return tuple(one for one in self.problems if one.name == name)


@frozen
class _Chosen:
    """
    Documents of the vault that were chosen: as files, their ids, and which are none.

    ``missing`` were withdrawn, erased or hidden after the form was shown.
    """

    files: list[AcceptedFile] = field(repr=False)
    documents: tuple[str, ...]
    missing: frozenset[str]


@frozen
class WritingForm:
    """Reads and checks the form; blocking."""

    desk: PatientDesk

    def limits(self, terms: ReplyTerms | None = None) -> AttachmentPolicy:
        """
        Return the limits on attached files, from the settings; of all of them together
        also from the terms of who is written to.
        """
        quota = terms.quota if terms is not None else None
        policy = files_policy_of(self.desk.settings.web)
        return files_within(policy, quota.file_bytes if quota else 0)

    def empty(self, visit: Visit) -> Filled:
        """Return the form before anything is written."""
        contact = visit.query.get("to", "")
        chosen = frozenset(filter(None, [visit.query.get("document", "")]))
        return Filled(once=uuid4().hex, contact=contact, chosen=chosen)

    def documents(
        self, work: UnitOfWork, profile_id: str, chosen: Collection[str]
    ) -> list[DocumentCard]:
        """
        Return the documents of the vault that are offered to be attached.

        Those that are ``chosen``, however old, then the last ones: any other is chosen
        on a page of its own.
        """
        seen = self.desk.seen(work, profile_id)
        first = seen.each(sorted(chosen)[: self.limits().max_files])
        others = [one for one in seen.listed(_CHOICES) if one.id not in chosen]
        return [seen.card(one) for one in (*first, *others)]

    def with_gone(self, filled: Filled, choices: Sequence[DocumentCard]) -> Filled:
        """
        Say of a form that something chosen is gone; to whom secrets are kept from, what
        they do not see may be one, and nothing is said.
        """
        gone = filled.chosen - {one.id for one in choices}
        is_whole = len(filled.chosen) <= self.limits().max_files
        knows = sees_secrets(reader_now())
        return evolve(filled, has_gone=bool(gone) and is_whole and knows)

    def read(
        self,
        work: UnitOfWork,
        visit: Visit,
        *,
        needs_subject: bool,
        terms: ReplyTerms | None = None,
    ) -> tuple[Filled, Writing]:
        """
        Return the form as it was sent, with its problems, and what would be sent.

        What is written is only to be sent when there is no problem. ``terms``: of who
        it is for, where that is known.
        """
        form = visit.form
        filled = Filled(
            subject=form.line("subject"),
            text=form.text("text").strip(),
            chosen=_chosen(visit),
            contact=form.line("contact"),
            draft=form.line("draft"),
            once=form.once(),
            was=form.line("was"),
            is_filled=True,
            had_files=bool(form.files) or bool(form.cut),
        )
        problems = []
        if needs_subject and not filled.subject:
            problems.append(FieldProblem(name="subject", code="missing"))
        if len(filled.subject) > _MAX_SUBJECT:
            problems.append(FieldProblem(name="subject", code="long"))
        if not filled.text:
            problems.append(FieldProblem(name="text", code="missing"))
        if len(filled.text) > _MAX_TEXT:
            problems.append(FieldProblem(name="text", code="long"))
        chosen = self._chosen(work, visit, filled)
        if chosen.missing:
            # Not sent without them: who wrote believes that they are in it.
            problems.append(FieldProblem(name="files", code="gone"))
            filled = evolve(filled, chosen=filled.chosen - chosen.missing)
        vault = chosen.files
        judged = judge_files(
            form.files,
            self.limits(terms),
            already=[
                OfferedFile(
                    name=one.name,
                    size=len(one.content),
                    content_type=one.media_type,
                    from_vault=True,
                )
                for one in vault
            ],
        )
        problems += file_problems(judged, form.cut, visit.language)
        writing = Writing(
            subject=filled.subject,
            text=filled.text,
            files=(*judged.accepted, *vault),
            documents=chosen.documents,
            asked=judged.asked,
            once=filled.once,
        )
        return evolve(filled, problems=tuple(problems)), writing

    def rescued(self, visit: Visit, to: str) -> Begun:
        """Return what is in a form that nobody may send; its files are not kept."""
        return Filled(
            subject=visit.form.line("subject"),
            text=visit.form.text("text").strip(),
            chosen=_chosen(visit),
            once=visit.form.once(),
            was=visit.form.line("was"),
        ).begun(to)

    def _chosen(self, work: UnitOfWork, visit: Visit, filled: Filled) -> _Chosen:
        """Return the chosen documents as files: what a doctor can open, if there is."""
        files: list[AcceptedFile] = []
        documents: list[str] = []
        missing: set[str] = set()
        seen = self.desk.seen(work, visit.profile.id)
        for document_id in sorted(filled.chosen)[: self.limits().max_files + 1]:
            document = seen.find(document_id)
            if document is None:
                missing.add(document_id)
                continue
            documents.append(document_id)
            content = seen.vault.content(document)
            title = seen.card(document).title
            body = self.desk.documents.body(content)
            if body is not None and body.media_type in ENDINGS:
                name = file_name(title, ENDINGS[body.media_type])
                files.append(AcceptedFile(name, body.media_type, body.content))
            else:
                files.append(AcceptedFile(file_name(title, "xml"), "text/xml", content))
        return _Chosen(files, tuple(documents), frozenset(missing))


def _chosen(visit: Visit) -> frozenset[str]:
    """Return the ids that a form names; what is none is left out."""
    return frozenset(filter(_ID.fullmatch, visit.form.all("document")))


def notice(language: str) -> str:
    """Return what is said beside every message being written."""
    return MESSAGING_NOTICE[1 if language == "en" else 0]
