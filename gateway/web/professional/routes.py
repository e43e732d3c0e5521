"""Which of the professionals' pages answers which address."""

from __future__ import annotations

from gateway.store.patients.web_sessions import Stage
from gateway.web.professional.access_pages import AccessPages
from gateway.web.professional.answer_pages import AnswerPages
from gateway.web.professional.call_pages import CallPages
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.filing_pages import FilingPages
from gateway.web.professional.finding_pages import FindingPages
from gateway.web.professional.fixed_pages import ProfessionalFixedPages
from gateway.web.professional.guide_pages import GuidePages
from gateway.web.professional.home_pages import ProfessionalHomePages
from gateway.web.professional.informing_pages import InformingTextPages
from gateway.web.professional.message_pages import MessagePages
from gateway.web.professional.proof_pages import ProofPages
from gateway.web.professional.provider_pages import BACK, ProviderPages
from gateway.web.professional.reaching_pages import ReachingPages
from gateway.web.professional.record_act_pages import ACTS, RecordActPages
from gateway.web.professional.record_colleague_pages import RecordColleaguePages
from gateway.web.professional.record_mask_pages import RecordMaskPages
from gateway.web.professional.record_pages import RecordPages
from gateway.web.professional.record_paper_pages import RecordPaperPages
from gateway.web.professional.sign_in_pages import ProfessionalSignInPages
from gateway.web.professional.template_pages import TemplatePages
from gateway.web.site.routes import Page, Route


def make_professional_routes(desk: ProfessionalDesk) -> tuple[Route, ...]:
    """Return all routes of the professionals' pages."""
    sign_in, home = ProfessionalSignInPages(desk), ProfessionalHomePages(desk)
    finding, records = FindingPages(desk), RecordPages(desk)
    accesses, acting = AccessPages(desk), RecordActPages(desk)
    provider, fixed = ProviderPages(desk), ProfessionalFixedPages(desk)
    messages, reaching = MessagePages(desk), ReachingPages(desk)
    templates, proofs = TemplatePages(desk), ProofPages(desk)
    answers, masking = AnswerPages(desk), RecordMaskPages(desk)
    filing, anyone = FilingPages(desk), Stage.ANONYMOUS
    guide, calls = GuidePages(desk), CallPages(desk)
    informing = InformingTextPages(desk)
    papers, colleagues = RecordPaperPages(desk), RecordColleaguePages(desk)
    record = "/records/<string(length=32):record_id>"
    exchange = "/messages/<string(length=32):mailbox_id>/<string(length=32):thread_id>"
    letter = f"{exchange}/<string(maxlength=60):letter_id>/<int(max=999):place>"
    document = f"{record}/documents/<string(length=32):document_id>"
    act = f"{document}/<any({', '.join(ACTS)}):act>"

    def get(path: str, page: Page, needs: Stage = Stage.OPEN) -> Route:
        return Route(method="GET", path=path, page=page, needs=needs)

    def post(path: str, page: Page, needs: Stage = Stage.OPEN) -> Route:
        return Route(method="POST", path=path, page=page, needs=needs)

    def guarded(path: str, page: Page) -> Route:
        return Route(method="POST", path=path, page=page, needs=anyone, guarded=True)

    return (
        get("/", sign_in.start, anyone),
        get("/sign-in", sign_in.form, anyone),
        guarded("/sign-in/card", sign_in.give_card),
        get("/sign-in/code", sign_in.code_form, anyone),
        guarded("/sign-in/code", sign_in.give_code),
        guarded("/sign-in/code/again", sign_in.code_again),
        get("/sign-in/situation", sign_in.situations, anyone),
        guarded("/sign-in/situation", sign_in.choose),
        Route(
            method="GET",
            path="/sign-in/provider",
            page=provider.begin,
            needs=anyone,
            guarded=True,
        ),
        Route(
            method="GET",
            path=f"/{BACK}",
            page=provider.come_back,
            needs=anyone,
            guarded=True,
        ),
        Route(
            method="POST",
            path="/sign-out/provider",
            page=provider.ended,
            needs=anyone,
            from_program=True,
            guarded=True,
        ),
        Route(
            method="POST",
            path="/call",
            page=calls.take,
            needs=anyone,
            from_program=True,
        ),
        get("/call", calls.why, anyone),
        post("/sign-out", provider.leave, anyone),
        post("/language", sign_in.choose_language, anyone),
        get("/help", fixed.help, anyone),
        get("/guide", guide.guide, anyone),
        get("/guide/pdf", guide.as_pdf, anyone),
        get("/informing", informing.texts, anyone),
        get("/informing/poster", informing.poster, anyone),
        get("/legal", fixed.legal, anyone),
        get("/privacy", fixed.privacy, anyone),
        get("/accessibility", fixed.accessibility, anyone),
        get("/home", home.home),
        get("/patients", finding.search),
        post("/patients", finding.find),
        post("/patients/open", finding.open),
        get("/emergency", finding.emergency),
        post("/emergency", finding.declare),
        get(record, records.record),
        get(f"{record}/papers", papers.papers),
        post(f"{record}/search", records.search),
        post(f"{record}/end", records.end),
        get(document, records.document),
        get(f"{document}/body", records.body),
        get(f"{document}/pdf", records.pdf),
        get(f"{document}/picture/<int(max=999):number>", records.picture),
        get(f"{document}/media/<string(maxlength=64):media_id>", records.media),
        get(act, acting.ask),
        post(act, acting.do),
        get(f"{record}/follow-up", acting.follow_up),
        post(f"{record}/follow-up", acting.follow),
        get(f"{record}/mask", masking.ask),
        post(f"{record}/mask", masking.do),
        get(f"{record}/block", acting.ask_block),
        post(f"{record}/block", acting.block),
        get(f"{record}/colleague", colleagues.ask),
        post(f"{record}/colleague", colleagues.keep),
        get("/accesses", accesses.accesses),
        get("/file", filing.ask),
        Route(method="POST", path="/file", page=filing.file, takes_cut=True),
        get("/filings", filing.filings),
        get("/proof", proofs.proof),
        get("/proof/csv", proofs.as_csv),
        get("/proof/pdf", proofs.as_pdf),
        get("/proof/<string(length=32):entry_id>", proofs.line),
        get("/reach", reaching.ask),
        post("/reach", reaching.look),
        get("/write", reaching.form),
        Route(method="POST", path="/write", page=reaching.send, takes_cut=True),
        get("/messages", messages.messages),
        get(exchange, messages.thread),
        Route(method="POST", path=exchange, page=messages.answer, takes_cut=True),
        post(f"{exchange}/end", messages.end),
        post(f"{exchange}/window", messages.window),
        post(
            f"{exchange}/<string(maxlength=60):letter_id>/take-back", messages.take_back
        ),
        get(letter, messages.file),
        get(f"{letter}/view", messages.view),
        get("/answers", answers.show),
        post("/answers/told", answers.choose),
        post("/answers/works", answers.works),
        post("/answers/quota", answers.set_quota),
        get("/texts", templates.texts),
        post("/texts", templates.keep),
        post("/texts/remove", templates.remove),
        post("/texts/hours", templates.set_hours),
    )
