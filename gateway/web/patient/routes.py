"""Which of the patients' pages answers which address."""

from __future__ import annotations

from attrs import evolve

from gateway.core.papers import PaperKind
from gateway.rights.delegation_rules import Act
from gateway.store.patients.web_sessions import Stage
from gateway.web.patient.account_pages import AccountPages
from gateway.web.patient.activation_pages import ActivationPages
from gateway.web.patient.adding_pages import AddingPages
from gateway.web.patient.caring_pages import CaringPages
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.child_closing_pages import ChildClosingPages
from gateway.web.patient.closing_pages import ClosingPages
from gateway.web.patient.confidentiality_pages import ConfidentialityPages
from gateway.web.patient.correcting_pages import CorrectingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_list_pages import DocumentListPages
from gateway.web.patient.document_pages import OneDocumentPages
from gateway.web.patient.download_pages import DownloadPages
from gateway.web.patient.draft_pages import DraftPages
from gateway.web.patient.erasing_pages import ErasingPages
from gateway.web.patient.fixed_pages import FixedPages
from gateway.web.patient.history_pages import HistoryPages
from gateway.web.patient.home_page import HomePage
from gateway.web.patient.inbox_pages import InboxPages
from gateway.web.patient.informed_pages import InformedPages
from gateway.web.patient.keeping_pages import KeepingPages
from gateway.web.patient.naming_pages import NamingPages
from gateway.web.patient.notice_pages import NoticePages
from gateway.web.patient.opposing_pages import OpposingPages
from gateway.web.patient.paper_pages import PaperListPage, PaperPages
from gateway.web.patient.passkey_pages import PasskeyPages
from gateway.web.patient.people_pages import PeoplePages
from gateway.web.patient.recovery_pages import RecoveryPages
from gateway.web.patient.reporting_pages import ReportingPages
from gateway.web.patient.representing_pages import RepresentingPages
from gateway.web.patient.results_pages import ResultsPages
from gateway.web.patient.sign_in_pages import SignInPages
from gateway.web.patient.why_pages import WhyPages
from gateway.web.patient.writing_pages import WritingPages
from gateway.web.site.mail_setup import MailSetup
from gateway.web.site.routes import Page, Rescue, Route

_ID = "<string(length=32):{}>"


def make_routes(desk: PatientDesk) -> tuple[Route, ...]:
    """Return all routes of the patients' pages."""
    sign_in, inbox = SignInPages(desk), InboxPages(desk)
    writing, documents = WritingPages(desk), OneDocumentPages(desk)
    listing = DocumentListPages(desk)
    keeping, account = KeepingPages(desk), AccountPages(desk)
    changing, lost = ChangingPages(desk), RecoveryPages(desk)
    closing, activation = ClosingPages(desk), ActivationPages(desk)
    fixed, access = FixedPages(desk), ConfidentialityPages(desk)
    why, reporting = WhyPages(desk), ReportingPages(desk)
    people, opposing = PeoplePages(desk), OpposingPages(desk)
    parents, ending = RepresentingPages(desk), ChildClosingPages(desk)
    caring, drafts = CaringPages(desk), DraftPages(desk)
    correcting = CorrectingPages(desk)
    directives = PaperPages(desk, PaperKind.DIRECTIVES)
    entourage = PaperPages(desk, PaperKind.ENTOURAGE)
    notices, naming = NoticePages(desk), NamingPages(desk)
    adding, erasing = AddingPages(desk), ErasingPages(desk)
    downloading, passkeys = DownloadPages(desk), PasskeyPages(desk)
    anyone = Stage.ANONYMOUS
    conversation = f"/conversation/{_ID.format('conversation_id')}"
    file = f"/message/{_ID.format('message_id')}/file/<int:place>"
    draft = f"/inbox/drafts/{_ID.format('draft_id')}"
    who_sees = f"/confidentiality/document/{_ID.format('document_id')}"
    notice = f"/notices/{_ID.format('notice_id')}"
    person = f"/people/{_ID.format('delegation_id')}"
    document = f"/documents/{_ID.format('document_id')}"

    def get(path: str, page: Page, needs: Stage = Stage.OPEN) -> Route:
        return Route(method="GET", path=path, page=page, needs=needs)

    def does(act: Act, *some: Route) -> tuple[Route, ...]:
        return tuple(evolve(one, act=act) for one in some)

    def post(path: str, page: Page, needs: Stage = Stage.OPEN) -> Route:
        return Route(method="POST", path=path, page=page, needs=needs)

    def guarded(
        path: str, page: Page, needs: Stage = Stage.OPEN, *, slow: bool = False
    ) -> Route:
        return Route(
            method="POST", path=path, page=page, needs=needs, guarded=True, slow=slow
        )

    def form(path: str, page: Page, rescue: Rescue | None = None) -> Route:
        return Route(method="POST", path=path, page=page, takes_cut=True, rescue=rescue)

    return (
        get("/", sign_in.start, anyone),
        get("/help", sign_in.help, anyone),
        *MailSetup.of(desk.settings).routes(),
        get("/legal", fixed.legal, anyone),
        get("/privacy", fixed.privacy, anyone),
        get("/accessibility", fixed.accessibility, anyone),
        get("/site-map", fixed.site_map, anyone),
        get("/sign-in", sign_in.form, anyone),
        guarded("/sign-in", sign_in.give_password, anyone, slow=True),
        get("/activate", activation.form, anyone),
        guarded("/activate", activation.begin, anyone),
        get("/activate/choices", activation.choices, anyone),
        guarded("/activate/choices", activation.activate, anyone, slow=True),
        guarded("/activate/oppose", activation.oppose, anyone),
        guarded("/activate/proof", activation.proof, anyone),
        get("/sign-in/reopen", closing.way_back, anyone),
        guarded("/sign-in/reopen", closing.reopen, anyone),
        get("/sign-in/lost", lost.form, anyone),
        guarded("/sign-in/lost", lost.begin, anyone),
        get("/sign-in/lost/code", lost.code_form, anyone),
        guarded("/sign-in/lost/code", lost.give_code, anyone),
        get("/sign-in/lost/password", lost.password_form, anyone),
        guarded("/sign-in/lost/password", lost.set_password, anyone, slow=True),
        get("/sign-in/passkey", passkeys.form, anyone),
        guarded("/sign-in/passkey", passkeys.sign_in, anyone),
        get("/sign-in/code", sign_in.code_form, anyone),
        guarded("/sign-in/code", sign_in.give_code, anyone),
        guarded("/sign-in/code/again", sign_in.code_again, anyone),
        post("/sign-out", sign_in.leave, anyone),
        post("/language", sign_in.choose_language, anyone),
        *does(
            Act.READ,
            get("/home", HomePage(desk).home),
            get("/notices", notices.notices),
            get(notice, notices.open),
            post("/notices/read", notices.read_all),
            post("/notices/clear", notices.clear),
            post(f"{notice}/remove", notices.remove),
            get("/inbox", inbox.inbox),
            post("/inbox/search", inbox.search),
            get(conversation, inbox.conversation),
            get(file, inbox.file),
            get(f"{file}/view", inbox.view),
        ),
        *does(
            Act.WRITE,
            get("/inbox/new", writing.new_form),
            form("/inbox/new", writing.new, writing.rescue_new),
            form(conversation, writing.answer, writing.rescue_answer),
            get("/inbox/drafts", drafts.drafts),
            post(f"{draft}/delete", drafts.delete),
            get(f"{draft}/documents", drafts.choose),
            post(f"{draft}/documents", drafts.take),
            get(f"{conversation}/delete", inbox.ask_deletion),
            post(f"{conversation}/delete", inbox.delete),
        ),
        *does(
            Act.DOCUMENTS,
            get(f"{file}/keep", keeping.ask),
            post(f"{file}/keep", keeping.keep),
            get("/documents/new", adding.ask),
            form("/documents/new", adding.add),
            get("/documents/delete", erasing.choose),
            post("/documents/delete", erasing.erase),
            get(f"{document}/delete", erasing.ask_one),
        ),
        get("/people", people.people),
        get("/people/new", people.new_form),
        post("/people/new", people.new),
        get("/people/child", parents.child_form),
        post("/people/child", parents.child),
        get(f"{person}/others", parents.others_form),
        post(f"{person}/others", parents.invite),
        post(f"{person}/others/back", parents.take_back),
        get(f"{person}/close", ending.ask),
        guarded(f"{person}/close", ending.close),
        post(f"{person}/close/back", ending.take_back),
        post(f"{person}/reopen", ending.reopen),
        get(f"{person}/attestation", people.attestation),
        post(f"{person}/accept", people.accept),
        post(f"{person}/refuse", people.refuse),
        get(f"{person}/change", people.ask_end),
        post(f"{person}/end", people.end),
        post(f"{person}/prolong", people.prolong),
        *does(
            Act.READ,
            post(f"{person}/open", people.open),
            post("/people/own", people.leave),
        ),
        get("/account", account.account),
        get("/account/devices", account.devices),
        post("/account/devices/end", account.end_others),
        post(f"/account/devices/{_ID.format('device_id')}/end", account.end_device),
        post(
            f"/account/devices/{_ID.format('device_id')}/distrust",
            account.distrust_device,
        ),
        get("/account/passkeys", passkeys.passkeys),
        get("/account/passkeys/new", passkeys.new_form),
        guarded("/account/passkeys/new", passkeys.make),
        post(f"/account/passkeys/{_ID.format('passkey_id')}/remove", passkeys.remove),
        get("/account/prove", changing.prove),
        guarded("/account/prove", changing.give_password, slow=True),
        get("/account/prove/code", changing.code_form),
        guarded("/account/prove/code", changing.give_code),
        guarded("/account/prove/again", changing.code_again),
        get("/account/password", changing.password_form),
        guarded("/account/password", changing.set_password, slow=True),
        get("/account/login", changing.login_form),
        guarded("/account/login", changing.set_login),
        get("/account/email", changing.email_form),
        guarded("/account/email", changing.propose_email),
        get("/account/email/code", changing.email_code_form),
        guarded("/account/email/code", changing.confirm_email),
        get("/account/telephone", changing.telephone_form),
        guarded("/account/telephone", changing.set_telephone),
        get("/account/telephone/code", changing.telephone_code_form),
        guarded("/account/telephone/code", changing.confirm_telephone),
        get("/account/download", downloading.show),
        post("/account/download", downloading.ask),
        get("/account/download/file", downloading.take),
        get("/account/close", closing.ask),
        guarded("/account/close", closing.close),
        get("/matrix", access.matrix, anyone),
        get("/account/notices", notices.choices),
        post("/account/notices", notices.choose),
        post("/account/email/works", HomePage(desk).address_works),
        *does(
            Act.GOVERN,
            get("/confidentiality", access.settings),
            get("/confidentiality/change", access.ask),
            post("/confidentiality/change", access.change),
            get("/confidentiality/documents", access.several),
            post("/confidentiality/documents", access.mask_several),
            get("/confidentiality/block", access.ask_block),
            post("/confidentiality/block", access.block),
            post("/confidentiality/unblock", access.unblock),
            get("/confidentiality/readers", caring.readers),
            post("/confidentiality/readers/take-back", caring.take_back),
            post("/confidentiality/readers/lift", caring.lift),
            get("/confidentiality/code", caring.ask_code),
            post("/confidentiality/code", caring.make_code),
            get("/confidentiality/treating", caring.ask_treating),
            post("/confidentiality/treating", caring.treating),
            get(who_sees, access.who_sees),
            post(who_sees, access.mask),
            get("/confidentiality/administrators", naming.administrators),
            get("/confidentiality/administrators/new", naming.ask),
            post("/confidentiality/administrators/new", naming.name),
            post("/confidentiality/administrators/end", naming.end),
            get("/confidentiality/informed", InformedPages(desk).informed),
            get("/confidentiality/oppositions", opposing.oppositions),
            post("/confidentiality/oppositions/lift", opposing.lift),
            get("/confidentiality/oppose", opposing.ask),
            post("/confidentiality/oppose", opposing.oppose),
            get("/history", HistoryPages(desk).history),
            get(f"/why/document/{_ID.format('document_id')}", why.document),
            get(f"/why/message/{_ID.format('arrival_id')}", why.message),
            get("/why/line/<int:seq>", why.line),
            get("/corrections", correcting.corrections),
            get(f"{document}/ask", correcting.ask),
            post(f"{document}/ask", correcting.send),
            post(f"{document}/ask/back", correcting.take_back),
            get("/reports", reporting.reports),
            get("/report", reporting.ask),
            post("/report", reporting.report),
        ),
        # Their author alone writes directives (CSP L. 1111-11): nobody else's act.
        get("/papers/directives/write", directives.form),
        post("/papers/directives/write", directives.write),
        get("/papers/directives/file", directives.file_form),
        form("/papers/directives/file", directives.file),
        get("/papers/directives/sheet", directives.sheet),
        post("/papers/directives/confirm", directives.confirm),
        get("/papers/directives/take-back", directives.ask_take_back),
        post("/papers/directives/take-back", directives.take_back),
        *does(
            Act.GOVERN,
            get("/papers/entourage/write", entourage.form),
            post("/papers/entourage/write", entourage.write),
            get("/papers/entourage/sheet", entourage.sheet),
            get("/papers/entourage/take-back", entourage.ask_take_back),
            post("/papers/entourage/take-back", entourage.take_back),
        ),
        *does(
            Act.READ,
            get("/papers", PaperListPage(desk).papers),
            get("/papers/directives", directives.paper),
            get("/papers/entourage", entourage.paper),
        ),
        *does(
            Act.READ,
            get("/documents", listing.documents),
            post("/documents/search", listing.search),
            get("/documents/results", ResultsPages(desk).results),
            get(document, documents.document),
            get(f"{document}/body", documents.body),
            get(f"{document}/body/keep", documents.body_to_keep),
            get(f"{document}/pdf", documents.pdf),
            get(f"{document}/picture/<int:number>", documents.picture),
            get(f"{document}/original", documents.original),
            get(f"{document}/media/<string:media_id>", documents.media),
        ),
    )
