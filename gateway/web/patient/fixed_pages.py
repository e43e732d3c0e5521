"""The pages that are the same for all: law, privacy, accessibility, the map."""

from __future__ import annotations

from attrs import frozen

from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.webauthn import service_of
from gateway.web.site.answers import Answer
from gateway.web.site.visits import Visit


@frozen
class FixedPages:
    """Open to all, signed in or not."""

    desk: PatientDesk

    def legal(self, visit: Visit) -> Answer:
        """Say who runs the service and whose work it is."""
        return self._page(visit, "legal.html")

    def privacy(self, visit: Visit) -> Answer:
        """Say what is kept of a patient, who sees it, and what may be asked."""
        return self._page(visit, "privacy.html")

    def accessibility(self, visit: Visit) -> Answer:
        """Say how far these pages are accessible, as was found."""
        return self._page(visit, "accessibility.html")

    def site_map(self, visit: Visit) -> Answer:
        """List the pages."""
        return self._page(visit, "site_map.html")

    def _page(self, visit: Visit, template: str) -> Answer:
        web = self.desk.settings.web
        return self.desk.page(
            visit,
            template,
            line=web.help_line,
            hours=web.session_seconds // 3600,
            takes_passkeys=service_of(self.desk.settings) is not None,
            texts=self.desk.settings.sms.is_on,
        )
