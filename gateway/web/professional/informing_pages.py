"""What professionals say to patients of the filing: texts to use, and a poster."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from gateway.core.texts.informing import TEXTS, informing_words
from gateway.documents.informing_poster import informing_poster
from gateway.documents.printed_page import print_page
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, download


@frozen
class InformingTextPages:
    """Open to all: they name nobody, and a secretary needs them who has no account."""

    desk: ProfessionalDesk

    def texts(self, visit: ProfessionalVisit) -> Answer:
        """Show the texts, in French, with the name of where one works."""
        words = self._words(visit)
        return self.desk.page(
            visit,
            "informing.html",
            texts=[
                (
                    name,
                    one.title.said(visit.language),
                    [line.format_map(words) for line in one.lines],
                    one.advice,
                )
                for name, one in TEXTS.items()
            ],
        )

    def poster(self, visit: ProfessionalVisit) -> Answer:
        """Give the poster, on A4 or for who reads from further away on A3."""
        large = visit.query.get("large") == "1"
        page = informing_poster(self._words(visit), large=large)
        return download("affiche.pdf", print_page(page))

    def _words(self, visit: ProfessionalVisit) -> Mapping[str, str]:
        settings = self.desk.settings
        return informing_words(
            "" if visit.person is None else visit.practice.place,
            service=settings.domains.operator_name,
            url=settings.public_url,
        )
