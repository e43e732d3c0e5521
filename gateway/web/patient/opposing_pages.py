"""The pages of oppositions to filing: which stand, a new one, and how one is lifted."""

from __future__ import annotations

from attrs import evolve, frozen

from gateway.core.actors import Who
from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.web.patient.correspondents import places_of
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.opposing import (
    MOST_REASON,
    Opposable,
    OppositionForm,
    lift,
    oppose,
    standing_oppositions,
    type_name,
    types_by_class,
)
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.desk import reader_now, who_acts
from gateway.web.site.visits import Visit


@frozen
class OpposingPages:
    """Opposition to filing, for a legitimate reason (CSP R. 1111-47)."""

    desk: PatientDesk

    def oppositions(self, visit: Visit) -> Answer:
        """List those that stand, each with the way to lift it."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            standing = standing_oppositions(work, seen, visit.language)
        return self.desk.page(
            visit,
            "oppositions.html",
            standing=standing,
            done=visit.query.get("done", ""),
        )

    def ask(self, visit: Visit) -> Answer:
        """Ask what is objected to, from whom, and why."""
        asked = OppositionForm(
            document=visit.query.get("document", ""),
            what=visit.query.get("what", ""),
            whom=visit.query.get("whom", ""),
        )
        return self._form(visit, asked)

    def _form(self, visit: Visit, asked: OppositionForm) -> Answer:
        with self.desk.database.read() as work:
            offered = self._offered(work, visit, asked)
        return self.desk.page(
            visit,
            "oppose.html",
            status=422 if asked.problems else 200,
            asked=asked,
            offered=offered,
            types=types_by_class(visit.language),
            type_code=offered.document.type_code if offered.document else "",
            most_reason=MOST_REASON,
        )

    def _offered(
        self, work: UnitOfWork, visit: Visit, asked: OppositionForm
    ) -> Opposable:
        seen = self.desk.seen(work, visit.profile.id)
        document = None
        if asked.document and (document := seen.find(asked.document)) is None:
            raise NotFoundError("not found")
        return Opposable(
            document=document,
            title=seen.card(document).title if document else "",
            places=places_of(seen, document),
            declared_by=now.who if (now := who_acts()) else Who.PATIENT,
        )

    def oppose(self, visit: Visit) -> Answer:
        """Say once more what is asked and what it means; then do it."""
        asked = OppositionForm.of(visit.form)
        if asked.problems:
            return self._form(visit, asked)
        with self.desk.database.read() as work:
            opposition = self._offered(work, visit, asked).opposition(asked)
        if not asked.sure:
            code = opposition.type_code
            return self.desk.page(
                visit,
                "oppose_ask.html",
                asked=asked,
                opposition=opposition,
                type=type_name(code, visit.language) if code else "",
                sure_missing="sure" in visit.form.fields,
            )
        profile_id, most = visit.profile.id, self.desk.settings.web.max_oppositions
        if not self.desk.write(
            lambda work: oppose(work, profile_id, opposition, asked.reason, most)
        ):
            return self._form(visit, evolve(asked, problems={"what": "many"}))
        return redirect("/confidentiality/oppositions?done=opposed")

    def lift(self, visit: Visit) -> Answer:
        """End an opposition; what was refused for it does not come by itself."""
        opposition_id, profile_id = visit.form.line("id"), visit.profile.id
        reader = reader_now()
        self.desk.write(lambda work: lift(work, profile_id, opposition_id, reader))
        return redirect("/confidentiality/oppositions?done=lifted")
