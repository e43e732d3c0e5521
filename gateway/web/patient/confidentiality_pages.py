"""The pages of who sees what: the choices, one document, blocks, the matrix."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen

from gateway.core.habilitation import column_texts
from gateway.core.vault import FiledDocument
from gateway.errors import NotFoundError
from gateway.rights.masking_rules import is_masked
from gateway.store.base.work import UnitOfWork
from gateway.store.habilitation.matrices import Matrices
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.confidentiality import (
    GRAVE,
    AccessChoice,
    ChoicesNow,
    block,
    change,
    choice_of,
    standing_of,
)
from gateway.web.patient.correspondents import (
    Blockable,
    blockable,
    kept_from,
    names_of,
)
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.reporting import source_of_report
from gateway.web.patient.viewing import viewing_of
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.asked_names import MOST_FOUND, MOST_NAME, asked_name
from gateway.web.site.paging import PER_PAGE, ListPage
from gateway.web.site.visits import Visit

"""Of a search by name: whoever finds more writes more of the name."""


@frozen(kw_only=True)
class BlockedSender:
    """Somebody who is blocked: what they are known by, a name where one is known."""

    identity: str
    name: str
    since: datetime


@frozen
class Undo:
    """The way back from a change that was just made; a grave one ``asks`` first."""

    choice: AccessChoice
    to: str
    asks: bool

    @classmethod
    def of(cls, done: str, standing: ChoicesNow) -> Undo | None:
        """Return the way back from what an address says was done, if it is one."""
        if done not in [one.value for one in AccessChoice]:
            return None
        choice = AccessChoice(done)
        opens = not standing.open[choice]
        return cls(choice, "open" if opens else "closed", GRAVE.get(choice) is opens)


@frozen
class ConfidentialityPages:
    """Each change says what holds then, and is a fact of the patient's history."""

    desk: PatientDesk

    def settings(self, visit: Visit) -> Answer:
        """Show what is open and closed, and who is blocked."""
        with self.desk.database.read() as work:
            profile = _now(work, visit)
            standing = standing_of(work, profile, self.desk.masks)
            blocked = self._blocked(work, visit)
            administrators = Administrators(work, visit.profile.id).all
            named = {one.identity for one in administrators}
            named -= kept_from(work, self.desk.seen(work, visit.profile.id), named)
        return self.desk.page(
            visit,
            "confidentiality.html",
            standing=standing,
            blocked=blocked,
            administrators=len(named),
            Choice=AccessChoice,
            leaves=self._leaves(),
            done=visit.query.get("done", ""),
            undo=Undo.of(visit.query.get("done", ""), standing),
        )

    def _leaves(self) -> frozenset[str]:
        """Return what the operator leaves open to whom a patient blocked."""
        settings = self.desk.settings
        left = {
            "file": settings.filing.blocked_may_file,
            "write": settings.filing.blocked_may_write,
            "emergency": settings.reading.blocked_in_emergency,
        }
        return frozenset(name for name, is_left in left.items() if is_left)

    def _blocked(self, work: UnitOfWork, visit: Visit) -> list[BlockedSender]:
        rows = Profiles(work).decided(visit.profile.id)["blocks"]
        if not rows:
            return []
        seen = self.desk.seen(work, visit.profile.id)
        hidden = kept_from(work, seen, {row["identity"] for row in rows})
        known = self.desk.directory.names(work, {row["identity"] for row in rows})
        names = {**known, **names_of(work, seen)}
        return [
            BlockedSender(
                identity=row["identity"],
                name=names.get(row["identity"], ""),
                since=datetime.fromisoformat(row["since"]),
            )
            for row in rows
            if row["identity"] not in hidden
        ]

    def ask(self, visit: Visit) -> Answer:
        """Say what a change means, before it is made."""
        choice = choice_of(visit.query.get("what", ""))
        return self._ask(visit, choice, opens=visit.query.get("to") == "open")

    def _ask(
        self, visit: Visit, choice: AccessChoice, *, opens: bool, missing: bool = False
    ) -> Answer:
        with self.desk.database.read() as work:
            standing = standing_of(work, _now(work, visit), self.desk.masks)
        return self.desk.page(
            visit,
            "confidentiality_ask.html",
            status=422 if missing else 200,
            choice=choice,
            opens=opens,
            is_open=standing.open[choice],
            is_grave=GRAVE.get(choice) is opens,
            missing=missing,
            Choice=AccessChoice,
        )

    def change(self, visit: Visit) -> Answer:
        """Make a change, once it is said to be understood where it is a grave one."""
        choice = choice_of(visit.form.line("what"))
        opens = visit.form.line("to") == "open"
        if GRAVE.get(choice) is opens and not visit.form.line("sure"):
            return self._ask(visit, choice, opens=opens, missing=True)
        masks, profile_id = self.desk.masks, visit.profile.id
        self.desk.write(
            lambda work: change(work, profile_id, masks, choice, opens=opens)
        )
        return redirect(f"/confidentiality?done={choice.value}")

    def who_sees(self, visit: Visit, document_id: str) -> Answer:
        """Say who sees a document, before and after a change."""
        asked = visit.query.get("if", "")
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            document = _found(seen.find(document_id))
            facts = seen.card(document)
            standing = standing_of(work, _now(work, visit), self.desk.masks)
            matrix = Matrices(work).in_force(self.desk.day(visit.now))
            masked = is_masked(document, work.now)
            before = viewing_of(work, self.desk, seen, document, standing)
        reading = standing.open[AccessChoice.READING]
        after = before.masked(masked=not masked)
        if asked == "reading":
            after = before.opposed(opposed=reading)
        now, then = (
            one.who_sees(matrix, self.desk.settings.reading) for one in (before, after)
        )
        return self.desk.page(
            visit,
            "who_sees.html",
            facts=facts,
            masked=masked,
            asked=asked,
            now=now,
            then=then,
            columns=[
                (
                    text.name(visit.language),
                    column in now.columns,
                    column in then.columns,
                )
                for column, text in column_texts().items()
            ],
            treating=before.treating,
            administrators=len(before.administrators),
            reading=reading,
            matrix=matrix,
            is_read_here=bool(self.desk.settings.listen.professional_https),
            done="done" in visit.query,
        )

    def mask(self, visit: Visit, document_id: str) -> Answer:
        """Mask a document, or show it again."""
        masks, profile_id = visit.form.line("to") == "masked", visit.profile.id
        with self.desk.database.read() as work:
            _found(self.desk.seen(work, profile_id).find(document_id))
        self.desk.write(
            lambda work: self.desk.masks.change(
                work, profile_id, [document_id], masks=masks
            )
        )
        return redirect(f"/confidentiality/document/{document_id}?done=1")

    def several(self, visit: Visit) -> Answer:
        """List documents, to mask some of them or show them again."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            page = ListPage.asked(visit.query, seen.count())
            if not page.is_there:
                return redirect(f"/confidentiality/documents?page={page.pages}")
            cards = [seen.card(one) for one in seen.listed(PER_PAGE, page.offset)]
        return self.desk.page(
            visit,
            "mask_several.html",
            documents=cards,
            number=page.number,
            pages=page.pages,
            done=visit.query.get("done", ""),
        )

    def mask_several(self, visit: Visit) -> Answer:
        """Mask the documents that are ticked, or show them again: all, or none."""
        ids, profile_id = visit.form.all("document")[:PER_PAGE], visit.profile.id
        masks = visit.form.line("to") == "masked"
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, profile_id)
            for one in ids:
                _found(seen.find(one))
        if ids:
            self.desk.write(
                lambda work: self.desk.masks.change(work, profile_id, ids, masks=masks)
            )
        said = ("masked" if masks else "shown") if ids else "none"
        return redirect(f"/confidentiality/documents?done={said}")

    def ask_block(self, visit: Visit) -> Answer:
        """Ask whom to block, of those whom a document or conversation names."""
        return self._ask_block(visit, self._choices(visit, visit.query))

    def _ask_block(
        self, visit: Visit, choices: list[Blockable], *, problem: str = ""
    ) -> Answer:
        source = visit.form.fields if problem else visit.query
        return self.desk.page(
            visit,
            "block.html",
            status=422 if problem else 200,
            choices=choices,
            leaves=self._leaves(),
            most=MOST_FOUND,
            document=source.get("document", ""),
            conversation=source.get("conversation", ""),
            line=source.get("line", ""),
            asked=asked_name(source.get("name", "")),
            problem=problem,
        )

    def block(self, visit: Visit) -> Answer:
        """Block those who are ticked: no others than were offered."""
        choices = self._choices(visit, visit.form.fields)
        offered = {one.identity: one.name for one in choices}
        ticked = {one: offered[one] for one in visit.form.all("who") if one in offered}
        if not ticked:
            return self._ask_block(visit, choices, problem="missing")
        profile_id, most = visit.profile.id, self.desk.settings.web.max_blocks
        if not self.desk.write(lambda work: block(work, profile_id, ticked, most)):
            return self._ask_block(visit, choices, problem="many")
        return redirect("/confidentiality?done=block")

    def _choices(self, visit: Visit, source: Any) -> list[Blockable]:
        name = source.get("name", "")[:MOST_NAME]
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            if name:
                found = self.desk.directory.search(work, name, MOST_FOUND)
                return [
                    Blockable(
                        identity=one.identity,
                        name=one.name,
                        is_structure=one.is_place,
                        about=one.about,
                    )
                    for one in found
                ]
            if source.get("line"):
                met = source_of_report(work, seen, {"line": source["line"]})
                return list(met.people) if met.can_block else []
            return blockable(
                work,
                seen,
                document=source.get("document", ""),
                conversation=source.get("conversation", ""),
            )

    def unblock(self, visit: Visit) -> Answer:
        """Take a block back; nothing else comes back with it."""
        identity, profile_id = visit.form.line("who"), visit.profile.id
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, profile_id)
            hidden = kept_from(work, seen, {identity})
            if identity not in Profiles(work).rights(profile_id).blocked - hidden:
                raise NotFoundError("not found")
            named = names_of(work, seen).get(identity, "")
        self.desk.write(
            lambda work: Decisions(work).unblock(profile_id, identity, named)
        )
        return redirect("/confidentiality?done=unblock")

    def matrix(self, visit: Visit) -> Answer:
        """Publish which profession may read which type, to everyone."""
        with self.desk.database.read() as work:
            matrix = Matrices(work).in_force(self.desk.day(visit.now))
        texts = column_texts()
        asked = visit.query.get("who", "")
        text = next((one for one in texts.values() if one.column == asked), None)
        return self.desk.page(
            visit,
            "matrix.html",
            matrix=matrix,
            columns=[
                (
                    one.column.value,
                    one.name(visit.language),
                    sum(one.column in row.readers for row in matrix.rows),
                )
                for one in texts.values()
            ],
            chosen=text.name(visit.language) if text else "",
            by_activity=bool(text and text.by_activity),
            rows=[
                (row.label, row.category, bool(text and text.column in row.readers))
                for row in matrix.rows
            ],
        )


def _now(work: UnitOfWork, visit: Visit) -> Profile:
    """Return the profile as it is in this transaction."""
    found = Profiles(work).get(visit.profile.id)
    assert found is not None, "signed in just now"
    return found


def _found(document: FiledDocument | None) -> FiledDocument:
    if document is None:
        raise NotFoundError("not found")
    return document
