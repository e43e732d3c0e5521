"""The pages of messages with patients: the list, an exchange, its end, its files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from gateway.errors import InvalidError, NotFoundError
from gateway.message.flags import SEEN, FlagChange, FlagMode
from gateway.message.reading import read_parts
from gateway.message.subjects import answer_subject
from gateway.rights.messaging_rules import END_SUBJECT
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailbox
from gateway.store.mailbox.openings import OpenedBy, Openings
from gateway.store.mailbox.terms import MailboxTerms, day_before
from gateway.store.mailbox.with_patients import MailWithPatients
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.professionals.templates import MessageTemplates
from gateway.web.professional.correspondence import (
    Correspondence,
    ExchangedLetter,
    PatientThread,
    Stand,
)
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.message_form import MessageForm, MessageForms
from gateway.web.professional.own_mailboxes import OwnMailboxes, is_shared
from gateway.web.professional.taking_back import Back, SentLetters, asking_back
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.professional.writing import (
    Answers,
    ProfessionalWriting,
    WritingToPatients,
)
from gateway.web.site.answers import Answer, download, inline, redirect
from gateway.web.site.paging import ListPage
from gateway.web.site.uploads import shown_type

_SHOWN: Final = 20
"""Messages of an exchange that are shown whole, the last; the others by their heads."""


@frozen
class MessagePages:
    """Messages of the mailboxes one holds; every address of another's is a 404."""

    desk: ProfessionalDesk

    def messages(self, visit: ProfessionalVisit) -> Answer:
        """List the exchanges of one mailbox, the newest first."""
        wanted = visit.query.get("mailbox", "")[:32]
        with self.desk.database.read() as work:
            mailboxes = OwnMailboxes(work).all(visit)
            chosen = next(
                (one for one in mailboxes if one.id == wanted),
                mailboxes[0] if mailboxes and not wanted else None,
            )
            if wanted and chosen is None:
                raise NotFoundError("not found")
            mail = MailWithPatients(work)
            fresh = {one.id: mail.unread([one.id]) for one in mailboxes}
            threads: list[PatientThread] = []
            if chosen is not None:
                threads = Correspondence(self.desk, work, chosen).threads()
        page = ListPage.asked(visit.query, len(threads))
        return self.desk.page(
            visit,
            "messages.html",
            mailboxes=mailboxes,
            mailbox=chosen,
            fresh=fresh,
            threads=page.of(threads),
            page=page,
            most=self.desk.settings.professional.messages_shown,
            sent=visit.query.get("sent", "") == "1",
            Stand=Stand,
        )

    def thread(
        self, visit: ProfessionalVisit, mailbox_id: str, thread_id: str
    ) -> Answer:
        """Show an exchange; what the patient wrote counts as opened by who looks."""
        with self.desk.database.read() as work:
            mailbox, thread = self._found(work, visit, mailbox_id, thread_id)
            until = self._until(work, mailbox, self._patient(work, thread))
        fresh = frozenset(one.id for one in thread.letters if one.is_new)
        self._open(visit, thread.letters[:_SHOWN])
        form = MessageForm()
        if until is not None and until > visit.now:
            form = evolve(form, take=Answers.UNTIL.value, until=self._day(until))
        return self._show(visit, (mailbox, thread), form, fresh=fresh)

    def answer(
        self, visit: ProfessionalVisit, mailbox_id: str, thread_id: str
    ) -> Answer:
        """Write to the patient of an exchange; one that was ended is open again."""
        with self.desk.database.read() as work:
            mailbox, thread = self._found(work, visit, mailbox_id, thread_id)
            profile = self._patient(work, thread)
        form, writing = MessageForms(self.desk).read(visit, needs_subject=False)
        if visit.form.line("action") == "template":
            form = MessageForms(self.desk).with_template(visit, form)
            return self._show(visit, (mailbox, thread), form)
        if profile is None or self._refusal(visit, profile, mailbox) is not None:
            return self._show(visit, (mailbox, thread), form, status=409)
        if form.problems:
            status = visit.form.cut or 422
            return self._show(visit, (mailbox, thread), form, status=status)
        self._writing.send(visit, profile, mailbox, answering(thread, writing))
        return redirect(f"/messages/{mailbox_id}/{thread_id}?done=sent#last")

    def end(self, visit: ProfessionalVisit, mailbox_id: str, thread_id: str) -> Answer:
        """End an exchange, as mail does it: the patient is told, and answers no more"""
        with self.desk.database.read() as work:
            mailbox, thread = self._found(work, visit, mailbox_id, thread_id)
            profile = self._patient(work, thread)
        here = f"/messages/{mailbox_id}/{thread_id}"
        if thread.stand is Stand.ENDED:
            return redirect(here)
        if profile is None or self._refusal(visit, profile, mailbox) is not None:
            return self._show(visit, (mailbox, thread), MessageForm(), status=409)
        self._writing.send(
            visit,
            profile,
            mailbox,
            # One end for each last message: the button pressed twice ends once.
            ProfessionalWriting(
                subject=END_SUBJECT,
                text="",
                to_name=thread.known_name,
                once=f"end:{thread.last.kept.subject}",
            ),
        )
        return redirect(f"{here}?done=ended#last")

    def take_back(
        self, visit: ProfessionalVisit, mailbox_id: str, thread_id: str, letter_id: str
    ) -> Answer:
        """Take a letter back that went to the wrong patient, as mail does it."""
        with self.desk.database.read() as work:
            mailbox, thread = self._found(work, visit, mailbox_id, thread_id)
            profile = self._patient(work, thread)
            letter = next((one for one in thread.letters if one.id == letter_id), None)
            if letter is None:
                raise NotFoundError("not found")
            stands = SentLetters(self.desk, work, mailbox).stands(
                visit, profile, thread, [letter]
            )
        here = f"/messages/{mailbox_id}/{thread_id}"
        if letter_id not in stands or stands[letter_id].how is not Back.MAY:
            return redirect(here)
        if profile is None or self._refusal(visit, profile, mailbox) is not None:
            return self._show(visit, (mailbox, thread), MessageForm(), status=409)
        self._writing.send(visit, profile, mailbox, asking_back(thread, letter))
        return redirect(f"{here}?done=asked-back")

    def window(
        self, visit: ProfessionalVisit, mailbox_id: str, thread_id: str
    ) -> Answer:
        """Set until when the patient may answer, or that there is no end."""
        with self.desk.database.read() as work:
            mailbox, thread = self._found(work, visit, mailbox_id, thread_id)
            profile = self._patient(work, thread)
        day, until = visit.form.line("until")[:10], None
        if day:
            until = MessageForms(self.desk).until(visit, day)
        if profile is None or not may_close(
            thread, self._refusal(visit, profile, mailbox)
        ):
            return self._show(visit, (mailbox, thread), MessageForm(), status=409)
        if day and until is None:
            form = MessageForm(until=day).with_problem("window", "day")
            return self._show(visit, (mailbox, thread), form, status=422)
        patient, by = profile, visit.professional.national_id
        self.desk.write(
            lambda work: MailboxTerms(work).set_until(
                mailbox.id, patient.id, until, by=by
            )
        )
        return redirect(f"/messages/{mailbox_id}/{thread_id}?done=window#terms")

    def file(
        self,
        visit: ProfessionalVisit,
        mailbox_id: str,
        thread_id: str,
        letter_id: str,
        place: int,
    ) -> Answer:
        """Give a file of a message to keep."""
        wanted = (mailbox_id, thread_id, letter_id)
        return download(*self._file(visit, wanted, place))

    def view(
        self,
        visit: ProfessionalVisit,
        mailbox_id: str,
        thread_id: str,
        letter_id: str,
        place: int,
    ) -> Answer:
        """Show a PDF or an image of a message, if its bytes are what its name says."""
        wanted = (mailbox_id, thread_id, letter_id)
        name, content = self._file(visit, wanted, place)
        return inline(name, shown_type(name, content), content)

    def _file(
        self, visit: ProfessionalVisit, wanted: tuple[str, str, str], place: int
    ) -> tuple[str, bytes]:
        mailbox_id, thread_id, letter_id = wanted
        with self.desk.database.read() as work:
            mailbox, thread = self._found(work, visit, mailbox_id, thread_id)
            letter = next((one for one in thread.letters if one.id == letter_id), None)
            if letter is None:
                raise NotFoundError("not found")
            content = Correspondence(self.desk, work, mailbox).content(letter)
        files = read_parts(content).attachments
        if place >= len(files):
            raise NotFoundError("not found")
        self._open(visit, [letter])
        try:
            return files[place].name or "document", files[place].content()
        except InvalidError as error:
            raise NotFoundError("not found", detail="damaged attachment") from error

    def _found(
        self,
        work: UnitOfWork,
        visit: ProfessionalVisit,
        mailbox_id: str,
        thread_id: str,
    ) -> tuple[Mailbox, PatientThread]:
        mailbox = OwnMailboxes(work).get(visit, mailbox_id)
        return mailbox, Correspondence(self.desk, work, mailbox).thread(thread_id)

    @property
    def _writing(self) -> WritingToPatients:
        return WritingToPatients(self.desk)

    def _refusal(
        self, visit: ProfessionalVisit, profile: Profile, mailbox: Mailbox
    ) -> str | None:
        why = self._writing.refusal(visit, profile, mailbox)
        return None if why is None else why.value

    def _patient(self, work: UnitOfWork, thread: PatientThread) -> Profile | None:
        matricule = thread.address.partition("@")[0].upper()
        return Profiles(work).find_open(matricule=matricule)

    def _until(
        self, work: UnitOfWork, mailbox: Mailbox, profile: Profile | None
    ) -> datetime | None:
        if profile is None:
            return None
        return MailboxTerms(work).until(mailbox.id, profile.id)

    def _day(self, until: datetime) -> str:
        """Return the last day of a window, as a field of a form has it."""
        return self.desk.day(day_before(until)).isoformat()

    def _open(
        self, visit: ProfessionalVisit, letters: Sequence[ExchangedLetter]
    ) -> None:
        """
        Keep who opened messages first, and mark them as read for mail programs too.
        """
        who = visit.professional.national_id
        by_folder: dict[str, list[ExchangedLetter]] = {}
        for one in letters:
            if not one.is_own:
                by_folder.setdefault(one.kept.item.folder_id, []).append(one)
        with self.desk.database.read() as work:
            fresh = {
                folder_id: Openings(work).missing(
                    folder_id, [one.kept.item.uid for one in some], who
                )
                for folder_id, some in by_folder.items()
            }
        unseen = {
            folder_id: [one.kept.item.uid for one in some if one.is_new]
            for folder_id, some in by_folder.items()
        }
        if not any(fresh.values()) and not any(unseen.values()):
            return

        def job(work: UnitOfWork) -> None:
            for folder_id, some in fresh.items():
                Openings(work).keep(folder_id, list(some), who, OpenedBy.PAGE)
            mail = Mail(work)
            for folder_id, uids in unseen.items():
                if uids:
                    folder = mail.folders.get(folder_id)
                    mail.change_flags(folder, uids, FlagChange(FlagMode.ADD, (SEEN,)))

        self.desk.write(job)

    def _show(
        self,
        visit: ProfessionalVisit,
        found: tuple[Mailbox, PatientThread],
        form: MessageForm,
        *,
        status: int = 200,
        fresh: Collection[str] = (),
    ) -> Answer:
        mailbox, thread = found
        with self.desk.database.read() as work:
            last = tuple(reversed(thread.letters[:_SHOWN]))
            shown = Correspondence(self.desk, work, mailbox).shown(
                last, openings=is_shared(mailbox)
            )
            profile = self._patient(work, thread)
            back = SentLetters(self.desk, work, mailbox).stands(
                visit, profile, thread, last
            )
            until = self._until(work, mailbox, profile)
            templates = MessageTemplates(work, visit.held_session.account).listed()
        refused = "NOT_REACHED"
        if profile is not None:
            refused = self._refusal(visit, profile, mailbox) or ""
        return self.desk.page(
            visit,
            "exchange.html",
            status=status,
            mailbox=mailbox,
            is_shared=is_shared(mailbox),
            thread=thread,
            shown=shown,
            back=back,
            Back=Back,
            recall_days=self.desk.settings.filing.recall_days,
            fresh=fresh,
            older=tuple(reversed(thread.letters[_SHOWN:])),
            refused=refused,
            may_close=may_close(thread, refused),
            operator=self.desk.settings.domains.postmaster_address,
            until=until,
            last_day=day_before(until) if until else None,
            until_day=self._day(until) if until else "",
            form=form,
            templates=templates,
            limits=MessageForms(self.desk).limits(),
            today=self.desk.day(visit.now).isoformat(),
            done=visit.query.get("done", ""),
            Stand=Stand,
        )


def may_close(thread: PatientThread, refused: object) -> bool:
    """
    Tell whether answers can be given a last day here: also by whom is refused.

    Where the patient never wrote, that would say whether they have a space.
    """
    return not refused or any(not one.is_own for one in thread.letters)


def answering(
    thread: PatientThread, writing: ProfessionalWriting
) -> ProfessionalWriting:
    """
    Return what is written as an answer to the patient's last message.

    Where there is none, to the own last one: it stands in the same conversation.
    """
    own = (one for one in thread.letters if not one.is_end)
    about = thread.newest_received or next(own, None)
    writing = evolve(writing, to_name=thread.known_name)
    if about is None:
        return writing
    if not writing.subject:
        writing = evolve(writing, subject=answer_subject(about.subject))
    said = about.headers
    return evolve(
        writing,
        in_reply_to=said.message_id,
        references=(*said.references, *filter(None, [said.message_id])),
    )
