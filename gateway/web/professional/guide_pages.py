"""The guide for professionals: a page to read, and the same to print."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from gateway.core.texts.guide import GUIDE, GUIDE_TITLE, GuidePart
from gateway.documents.printed_page import (
    Block,
    Heading,
    Paragraph,
    Points,
    PrintedPage,
    print_page,
)
from gateway.settings.file import Settings
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, download


@frozen
class GuidePages:
    """Open to all: who cannot sign in needs it most."""

    desk: ProfessionalDesk

    def guide(self, visit: ProfessionalVisit) -> Answer:
        """Show the guide, as far as the settings let what it tells be done."""
        found = parts_of(self.desk.settings, visit.language)
        line = self.desk.settings.professional.help_line
        return self.desk.page(visit, "guide.html", guide=found, line=line)

    def as_pdf(self, visit: ProfessionalVisit) -> Answer:
        """Give it as pages for paper."""
        settings, language = self.desk.settings, visit.language
        blocks: list[Block] = []
        for one in parts_of(settings, language):
            blocks += [Heading(one.title), Points(one.steps)]
        if line := settings.professional.help_line:
            blocks.append(Paragraph(line))
        printed = PrintedPage(
            title=GUIDE_TITLE[language],
            blocks=blocks,
            language=language,
            sender=settings.domains.operator_name,
            footer=settings.professional_url,
        )
        return download("guide.pdf", print_page(printed))


def parts_of(settings: Settings, language: str) -> Sequence[GuidePart]:
    """Return the parts of the guide that are so under the settings, names put in."""
    provider = settings.provider
    return [
        evolve(
            one,
            title=one.title.format(provider=provider.name),
            steps=tuple(step.format(provider=provider.name) for step in one.steps),
        )
        for one in GUIDE[language]
        if (provider.is_on or not one.by_provider)
        and (settings.filing.pdf_by_mail or not one.by_mail)
    ]
