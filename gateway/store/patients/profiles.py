"""Patients' profiles: identity, state, and the facts that rights depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from attrs import asdict, field, fields, frozen
from sqlalchemy import bindparam, select

from gateway.core.actors import PATIENT, Actor, actor_of
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.errors import ConflictError, UnavailableError
from gateway.rights.profile import ProfileState, event_between
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.settings import keep_patient_settings
from gateway.store.journal import Action
from gateway.store.patients.deadlines import add_deadline, set_deadline
from gateway.store.patients.facts import (
    Fact,
    facts_of,
    keep_fact,
    said_of,
    standing_at,
    standing_with,
)
from gateway.store.patients.rights import (
    RIGHTS,
    listed_rights,
    read_rights,
    seal_rights,
    sets_of,
)
from gateway.store.patients.traits import add_traits, keep_traits
from gateway.store.patients.values import Profile, ProfileChange, ProfileRights
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import (
    blocks,
    data_keys,
    oppositions,
    profiles,
    secrecies,
)

__all__ = ["Profile", "ProfileRights", "Profiles"]


_TRAITS = tuple(one.name for one in fields(IdentityTraits))
_OF_ID = select(profiles).where(profiles.c.id == bindparam("profile"))
_GET, _HOLD = Prepared(_OF_ID), Prepared(_OF_ID.with_for_update())
_FIND = Prepared(
    select(profiles).where(
        profiles.c.ins_digest.in_([bindparam("digest"), bindparam("before")])
    )
)
_PERMITTED = {"samu": "permit", "other": "permit", "masked": "deny"}
_AT_FIRST = {"mask_by_default": False, "emergency": _PERMITTED}
_EMPTY = {"mask_by_default": False, "emergency": {}}
"""What stands in the columns of what is sealed in ``choices``."""


@frozen
class Profiles:
    """Profiles within one transaction."""

    work: UnitOfWork
    by: Actor = field(default=PATIENT, converter=actor_of)
    """Who makes the changes: a name that a command gives, or nothing for a page's."""
    why: str = field(default="", repr=False)

    def add(
        self,
        ins: Ins,
        traits: IdentityTraits,
        *,
        state: str,
        email: str = "",
        telephone: str = "",
        card: str = "",
        language: str = "fr",
        is_new: bool = False,
    ) -> str:
        """
        Open a profile; return its opaque id.

        ``is_new``: there is none for that INS. Who writes it has looked, while no turn
        of the keys could begin (`UnitOfWork.hold_digests`). Its rows are then set
        aside: what follows finds them after `UnitOfWork.write_rows`.

        Raises:
            ConflictError: there is one for that INS already.
        """
        if not is_new:
            self.work.hold_digests()
        digest = self.work.digest(Label.INS, ins.matricule)
        if not is_new and self._row(matricule=ins.matricule) is not None:
            raise ConflictError("a profile exists for this INS already")
        profile_id = uuid4().hex
        key_id = self.work.new_key_for(f"patient:{profile_id}")
        self.work.add(
            profiles,
            id=profile_id,
            ins_digest=digest,
            key_id=key_id,
            state=state,
            identity=self._identity(profile_id, key_id, ins, traits),
            contact=self._contact(
                profile_id, key_id, _contact_said(email, telephone, card)
            ),
            choices=self._choices(profile_id, key_id, _AT_FIRST),
            **_EMPTY,
            language=language,
            settings_version=1,
            created_at=self.work.now,
            changed_at=self.work.now,
            sets=self._sets_of(profile_id, ()),
        )
        self._keep_first(profile_id, state, language)
        add_traits(self.work, profile_id, traits)
        add_deadline(self.work, profile_id, ProfileState(state), self.work.now)
        self.work.note_patient(
            Action.PROFILE_ADDED,
            state,
            profile_id,
            **({} if self.by == PATIENT else said_of(self.by)),  # none opens their own
        )
        if self.why:
            made = Fact("add", {}, {"state": state})
            keep_fact(self.work, profile_id, made, self.by, why=self.why, version=1)
        if not is_new:
            self.work.write_rows()
        return profile_id

    def _identity(
        self, profile_id: str, key_id: str, ins: Ins, traits: IdentityTraits
    ) -> bytes:
        identity = {
            "ins": ins.matricule,
            "oid": ins.authority.value,
            "traits": {name: getattr(traits, name) for name in _TRAITS},
        }
        return self.work.seal(key_id, identity, f"profiles.identity:{profile_id}")

    def _choices(
        self, profile_id: str, key_id: str, choices: Mapping[str, Any]
    ) -> bytes:
        return self.work.seal(key_id, choices, f"profiles.choices:{profile_id}")

    def _contact(
        self, profile_id: str, key_id: str, contact: Mapping[str, str]
    ) -> bytes:
        context = f"profiles.contact:{profile_id}"
        return self.work.seal(key_id, contact, context)

    def find(self, matricule: str) -> Profile | None:
        """Return the profile of a matricule, or None."""
        row = self._row(matricule=matricule)
        return None if row is None else self._profile(row)

    def find_state(self, matricule: str) -> tuple[str, str] | None:
        """Return (id, state) without unsealing anything, or None: for RCPT TO."""
        row = self._row(matricule=matricule)
        return None if row is None else (row.id, row.state)

    def carry_ins(self, profile_id: str) -> Profile:
        """
        Have a profile that is there be found by the keys of now; return it.

        Raises:
            DestroyedError: its key is: there is no INS to find it by.
            DamagedError: it is not as it was written.
        """
        row = self._checked(_HOLD.first(self.work.connection, profile=profile_id))
        profile = self._profile(row)
        digest = self.work.digest(Label.INS, profile.ins.matricule)
        if digest != row.ins_digest:
            here = profiles.c.id == profile_id
            self.work.change(profiles, here, ins_digest=digest)
        return profile

    def get(self, profile_id: str) -> Profile | None:
        """Return a profile by its opaque id, or None."""
        if (held := self._held(profile_id)) is not None:
            return held
        row = self._row(profile_id=profile_id)
        return None if row is None else self._profile(row)

    def find_open(self, *, matricule: str = "", profile_id: str = "") -> Profile | None:
        """Return a profile that opens; nobody where its key is destroyed."""
        try:
            return self.find(matricule) if matricule else self.get(profile_id)
        except UnavailableError:
            return None

    def listed(self) -> list[Profile]:
        """Return the profiles that open, oldest first; for the operator's commands."""
        rows = self.work.connection.execute(
            select(profiles)
            .join(data_keys, data_keys.c.id == profiles.c.key_id)
            .where(data_keys.c.destroyed_at.is_(None))
            .order_by(profiles.c.created_at, profiles.c.id)
        )
        return [self._profile(self._checked(row)) for row in rows]

    def hold(self, profile_id: str) -> Profile | None:
        """
        Return a profile, or None, and hold it until the commit.

        One filing at a time per patient, and one conversation per correspondent.
        """
        if (held := self._held(profile_id)) is not None:
            return held
        row = self._checked(_HOLD.first(self.work.connection, profile=profile_id))
        if row is None:
            return None
        profile = self.work.held[profile_id] = self._profile(row)
        return profile

    def _held(self, profile_id: str) -> Profile | None:
        found = self.work.held.get(profile_id)
        return found if isinstance(found, Profile) else None

    def rights(self, profile_id: str) -> ProfileRights:
        """
        Return the blocks, oppositions that stand and secret senders of a patient.

        Raises:
            AlteredError: they are not those that the patient's profile vouches for.
        """
        rows = RIGHTS.rows(self.work.connection, profile=profile_id)
        profile = self.get(profile_id)
        if profile is None:
            return read_rights(self.work, profile_id, "", ())
        for table, of_table in sets_of(profile_id, rows).items():
            self.work.rows.check_set(table, profile_id, of_table, profile.sets)
        return read_rights(self.work, profile_id, profile.key_id, rows)

    def decided(self, profile_id: str) -> dict[str, list[dict[str, Any]]]:
        """
        Return all blocks and oppositions of a patient with their days, ended or not.

        Raises:
            AlteredError: they are not those that the patient's profile vouches for.
        """
        self.rights(profile_id)
        return listed_rights(self.work, profile_id, self._key_of(profile_id))

    def _key_of(self, profile_id: str) -> str:
        """Return the key of a patient who is there."""
        if (held := self._held(profile_id)) is not None:
            return held.key_id
        key_id: str = self._row(profile_id=profile_id).key_id
        return key_id

    def _sets(self, profile_id: str) -> dict[str, str]:
        """Return what vouches for the blocks, oppositions and secret senders."""
        rows = RIGHTS.rows(self.work.connection, profile=profile_id)
        return self._sets_of(profile_id, rows)

    def _sets_of(self, profile_id: str, rows: Sequence[Any]) -> dict[str, str]:
        vouching = self.work.rows
        return {
            table.name: vouching.set_mac(table, profile_id, of_table)
            for table, of_table in sets_of(profile_id, rows).items()
        }

    def bind(self, profile_id: str) -> None:
        """Vouch for a profile of an earlier version and what its patient decided."""
        row = _HOLD.first(self.work.connection, profile=profile_id)
        values = {"sets": self._sets(profile_id)}
        self.work.rewrite(profiles, {**row._asdict(), **values}, values)

    def set_state(self, profile: Profile, state: ProfileState) -> None:
        """
        Move a profile along its life cycle; into the state it is in changes nothing.

        Raises:
            ConflictError: it cannot get there from where it is.
        """
        before = ProfileState(profile.state)
        if state is before:
            return
        event = event_between(before, state)
        self._write(profile.id, state=state.value)
        set_deadline(self.work, profile.id, state, self.work.now)
        fact = Fact("state", before.value, state.value)
        kept = self._keep_change(profile.id, fact)
        self._note(
            profile.id,
            "state",
            before=before.value,
            after=state.value,
            event=event,
            fact=kept,
        )

    def change(self, profile_id: str, what: str, **values: Any) -> None:
        """Change what is no identity (state, language, mask_by_default, emergency)."""
        if not values:
            self._changed(profile_id, what, {}, {})
            return
        row = self._row(profile_id=profile_id)
        if row is None:
            return
        known = self._chosen(row)
        before = {name: known.get(name, getattr(row, name)) for name in values}
        columns = dict(values)
        chosen = {name: columns.pop(name) for name in _EMPTY if name in columns}
        if chosen:
            sealed = self._choices(profile_id, row.key_id, {**known, **chosen})
            columns |= {**_EMPTY, "choices": sealed}
        self._changed(profile_id, what, before, dict(values), **columns)

    def _chosen(self, row: Any) -> dict[str, Any]:
        if row.choices is None:  # of an earlier version
            return {name: getattr(row, name) for name in _EMPTY}
        choices: dict[str, Any] = self.work.unseal(
            row.key_id, row.choices, f"profiles.choices:{row.id}"
        )
        return choices

    def seal_clear(self, profile_id: str) -> bool:
        """
        Seal what an earlier version wrote of a patient in clear; False where none was.

        Raises:
            AlteredError: what is there is not what was written.
            UnavailableError: the patient's key is not there, or not any more.
        """
        rows = RIGHTS.rows(self.work.connection, profile=profile_id)
        profile, row = self.hold(profile_id), self._row(profile_id=profile_id)
        is_clear = row.choices is None or any(one.sealed is None for one in rows)
        if profile is None or not is_clear:
            return False
        self.rights(profile_id)  # as they were written
        key_id = profile.key_id
        seal_rights(self.work, profile_id, key_id, key_id, clear=True)
        values: dict[str, Any] = {"sets": self._sets(profile_id)}
        if row.choices is None:
            values |= _EMPTY
            values["choices"] = self._choices(profile_id, key_id, self._chosen(row))
        self.work.held.pop(profile_id, None)
        self.work.rewrite(profiles, {**row._asdict(), **values}, values)
        return True

    def record(
        self,
        profile_id: str,
        what: str,
        before: Any,
        after: Any,
        *,
        about: str = "",
        stands: bool = False,
    ) -> str:
        """
        Keep what was decided and stands in no column of the profile; return its id.

        ``about`` is the document, the sender or the person that it is about. What
        ``stands`` is found again by `standing`, until it is recorded as None.
        """
        self._write(profile_id)
        fact = Fact(what, before, after, about=about, stands=stands)
        kept = self._keep_change(profile_id, fact)
        self._note(profile_id, what, fact=kept)
        return kept

    def standing(self, profile_id: str) -> Mapping[str, Any]:
        """
        Return what was recorded and stands, by `Fact.place`.

        Raises:
            AlteredError: what the profile is at was taken away.
        """
        profile = self._held(profile_id) or self._row(profile_id=profile_id)
        return {} if profile is None else standing_at(self.work, profile)

    def _changed(
        self, profile_id: str, what: str, before: Any, after: Any, **values: Any
    ) -> None:
        """Change columns, and keep sealed what was said before and after."""
        self._write(profile_id, **values)
        kept = self._keep_change(profile_id, Fact(what, before, after))
        self._note(profile_id, what, fact=kept)

    def _keep_change(self, profile_id: str, fact: Fact) -> str:
        row = self._row(profile_id=profile_id)
        version = row.settings_version if row is not None else 0
        kept = keep_fact(
            self.work, profile_id, fact, self._actor, why=self.why, version=version
        )
        self._keep_settings(row, fact)
        return kept

    def _keep_first(self, profile_id: str, state: str, language: str) -> None:
        """Keep what is set of a profile that was just made: nothing but the usual."""
        none = {one.name: list[Any]() for one in (blocks, secrecies, oppositions)}
        said = {"state": state, "language": language, **_AT_FIRST, **none}
        by = self.by.name
        keep_patient_settings(self.work, profile_id, 1, said, by, later=True)

    def keep_settings(self, profile_id: str) -> None:
        """Keep what a patient has set now, as the version that the profile is at."""
        self._keep_settings(self._row(profile_id=profile_id))

    def _keep_settings(self, row: Any, fact: Fact | None = None) -> None:
        # The fact is what changed: if it stands, it does from this version on.
        if row is None:
            return
        said = {
            "state": row.state,
            "language": row.language,
            **self._chosen(row),
            **listed_rights(self.work, row.id, row.key_id),
            **standing_with(self.work, row, fact),
        }
        keep_patient_settings(
            self.work, row.id, row.settings_version, said, self._actor.name
        )

    def changes(self, profile_id: str) -> list[ProfileChange]:
        """
        Return what was changed of a profile, the oldest change first.

        Raises:
            AlteredError: one is not where or when it was written.
        """
        return facts_of(self.work, profile_id)

    @property
    def _actor(self) -> Actor:
        """Who makes a change: somebody in the patient's place, where one acts now."""
        return self.work.acting or self.by if self.by == PATIENT else self.by

    def _write(self, profile_id: str, **values: Any) -> None:
        self.work.held.pop(profile_id, None)
        row = self._checked(_HOLD.first(self.work.connection, profile=profile_id))
        if row is None:
            return
        values = {
            **values,
            "sets": self._sets(profile_id),
            "settings_version": row.settings_version + 1,
            "changed_at": self.work.now,
        }
        self.work.rewrite(profiles, {**row._asdict(), **values}, values)

    def _note(self, profile_id: str, what: str, **detail: str) -> None:
        self.work.note_patient(
            Action.PROFILE_CHANGED,
            what,
            profile_id,
            **said_of(self._actor),
            **detail,
        )

    def set_email(self, profile: Profile, email: str) -> None:
        """Change the ordinary e-mail address notices and codes go to."""
        self.set_contact(profile, "email", email)

    def set_telephone(self, profile: Profile, telephone: str) -> None:
        """Change the telephone number of a patient; an empty text takes it away."""
        self.set_contact(profile, "telephone", telephone)

    def set_card(self, profile: Profile, serial: str) -> None:
        """Change the serial number of a patient's health insurance card."""
        self.set_contact(profile, "card", serial)

    def set_contact(self, profile: Profile, what: str, said: str) -> None:
        """Change the e-mail address, the ``telephone`` or the ``card`` of a patient."""
        contact = {**_contact_of(profile), what: said}
        sealed = self._contact(profile.id, profile.key_id, contact)
        before = getattr(profile, what)
        self._changed(profile.id, what, before, said, contact=sealed)

    def set_identity(self, profile: Profile, ins: Ins, traits: IdentityTraits) -> None:
        """Change what a feed says of who a patient is; the matricule stays."""
        assert ins.matricule == profile.ins.matricule, "found by it"
        before = {"oid": profile.ins.authority.value, **asdict(profile.traits)}
        after = {"oid": ins.authority.value, **asdict(traits)}
        identity = self._identity(profile.id, profile.key_id, ins, traits)
        keep_traits(self.work, profile.id, traits)
        self._changed(profile.id, "identity", before, after, identity=identity)

    def set_authority(self, profile: Profile, oid: str) -> None:
        """
        Mend the authority of a patient's INS; what is filed already keeps the other.

        Raises:
            InvalidError: no authority of INS has that OID.
        """
        ins = Ins.of(profile.ins.matricule, oid)
        identity = self._identity(profile.id, profile.key_id, ins, profile.traits)
        before = profile.ins.authority.value
        self._changed(profile.id, "oid", before, oid, identity=identity)

    def move_to(self, profile: Profile, key_id: str) -> None:
        """Seal who a patient is under another of the patient's own keys."""
        self.hold(profile.id)
        self.rights(profile.id)  # checked before they are bound anew
        chosen = self._chosen(self._row(profile_id=profile.id))
        seal_rights(self.work, profile.id, profile.key_id, key_id, clear=False)
        self._write(
            profile.id,
            key_id=key_id,
            choices=self._choices(profile.id, key_id, chosen),
            **_EMPTY,
            identity=self._identity(profile.id, key_id, profile.ins, profile.traits),
            contact=self._contact(profile.id, key_id, _contact_of(profile)),
        )
        self.keep_settings(profile.id)

    def _row(self, *, matricule: str | None = None, profile_id: str = "") -> Any:
        if matricule is not None:
            digests = self.work.digests(Label.INS, matricule)
            row = _FIND.first(
                self.work.connection, digest=digests[0], before=digests[-1]
            )
        else:
            row = _GET.first(self.work.connection, profile=profile_id)
        return self._checked(row)

    def _checked(self, row: Any) -> Any:
        if row is not None:
            self.work.rows.check(profiles, row)
        return row

    def _profile(self, row: Any) -> Profile:
        context = f"profiles.identity:{row.id}"
        identity = self.work.unseal(row.key_id, row.identity, context)
        contact = self.work.unseal(
            row.key_id, row.contact, f"profiles.contact:{row.id}"
        )
        return Profile(
            id=row.id,
            key_id=row.key_id,
            state=row.state,
            ins=Ins.of(identity["ins"], identity["oid"]),
            traits=IdentityTraits(**identity["traits"]),
            email=contact["email"],
            telephone=contact.get("telephone", ""),
            card=contact.get("card", ""),
            **self._chosen(row),
            language=row.language,
            settings_version=row.settings_version,
            created_at=row.created_at,
            sets=row.sets,
        )


def _contact_of(profile: Profile) -> dict[str, str]:
    """Return what is sealed of how a patient is reached, with what is known alone."""
    return _contact_said(profile.email, profile.telephone, profile.card)


def _contact_said(email: str, telephone: str, card: str) -> dict[str, str]:
    said = {"telephone": telephone, "card": card}
    return {"email": email, **{name: one for name, one in said.items() if one}}
