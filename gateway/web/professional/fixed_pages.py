"""The pages that are the same for all professionals: help, law, privacy, access."""

from __future__ import annotations

from attrs import frozen

from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer


@frozen
class ProfessionalFixedPages:
    """Open to all, signed in or not."""

    desk: ProfessionalDesk

    def help(self, visit: ProfessionalVisit) -> Answer:
        """Say how to sign in, to open a record and to file, and whom to ask."""
        return self._page(visit, "help.html")

    def legal(self, visit: ProfessionalVisit) -> Answer:
        """Say who runs the service, who may use it, and whose work it is."""
        return self._page(visit, "legal.html")

    def privacy(self, visit: ProfessionalVisit) -> Answer:
        """Say what is kept of a professional, who sees it, and what may be asked."""
        return self._page(visit, "privacy.html")

    def accessibility(self, visit: ProfessionalVisit) -> Answer:
        """Say how far these pages are accessible, as was found."""
        return self._page(visit, "accessibility.html")

    def _page(self, visit: ProfessionalVisit, template: str) -> Answer:
        line = self.desk.settings.professional.help_line
        return self.desk.page(visit, template, line=line)
