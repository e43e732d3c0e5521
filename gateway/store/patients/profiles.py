"""Patients' profiles: identity, state, and the facts that rights depend on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from attrs import asdict, field, frozen
from sqlalchemy import (
    bindparam,
    delete,
    insert,
    select,
    update,
)

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.errors import ConflictError
from gateway.rights.profile import ProfileState, event_between
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.settings import keep_patient_settings
from gateway.store.journal import Action, chain_of
from gateway.store.patients.rights import RIGHTS, read_rights, sets_of
from gateway.store.patients.values import (
    Opposition,
    Profile,
    ProfileChange,
    ProfileRights,
)
from gateway.store.sealed.keys import Label
from gateway.store.tables import (
    blocks,
    data_keys,
    oppositions,
    profile_changes,
    profiles,
    secrecies,
)

__all__ = ["Opposition", "Profile", "ProfileRights", "Profiles"]


_OF_ID = select(profiles).where(profiles.c.id == bindparam("profile"))
_GET, _HOLD = Prepared(_OF_ID), Prepared(_OF_ID.with_for_update())
_FIND = Prepared(select(profiles).where(profiles.c.ins_digest == bindparam("digest")))
_PERMITTED = {"samu": "permit", "other": "permit", "masked": "deny"}


@frozen
class Profiles:
    """Profiles within one transaction."""

    work: UnitOfWork
    by: str = ""
    """Who makes the changes, for the journal: an account of the machine, or nobody."""
    why: str = field(default="", repr=False)

    def add(
        self,
        ins: Ins,
        traits: IdentityTraits,
        *,
        state: str,
        email: str = "",
        language: str = "fr",
    ) -> str:
        """
        Open a profile; return its opaque id.

        Raises:
            ConflictError: there is one for that INS already.
        """
        digest = self.work.keys.digest(Label.INS, ins.matricule)
        if self._row(digest=digest) is not None:
            raise ConflictError("a profile exists for this INS already")
        profile_id = uuid4().hex
        key_id = self.work.key_for(f"patient:{profile_id}")
        self.work.add_now(
            profiles,
            id=profile_id,
            ins_digest=digest,
            key_id=key_id,
            state=state,
            identity=self._identity(profile_id, key_id, ins, traits),
            contact=self._contact(profile_id, key_id, email),
            mask_by_default=False,
            emergency=_PERMITTED,
            language=language,
            settings_version=1,
            created_at=self.work.now,
            changed_at=self.work.now,
            sets=self._sets(profile_id),
        )
        keep_patient_settings(self.work, profile_id, self.by)
        by = {"by": self.by} if self.by else {}
        self.work.note(
            Action.PROFILE_ADDED, state, profile_id, chain=chain_of(profile_id), **by
        )
        if self.why:
            self._keep_change(profile_id, "add", {}, {"state": state})
        return profile_id

    def _identity(
        self, profile_id: str, key_id: str, ins: Ins, traits: IdentityTraits
    ) -> bytes:
        identity = {
            "ins": ins.matricule,
            "oid": ins.authority.value,
            "traits": asdict(traits),
        }
        return self.work.seal(key_id, identity, f"profiles.identity:{profile_id}")

    def _contact(self, profile_id: str, key_id: str, email: str) -> bytes:
        context = f"profiles.contact:{profile_id}"
        return self.work.seal(key_id, {"email": email}, context)

    def find(self, matricule: str) -> Profile | None:
        """Return the profile of a matricule, or None."""
        row = self._row(digest=self.work.keys.digest(Label.INS, matricule))
        return None if row is None else self._profile(row)

    def find_state(self, matricule: str) -> tuple[str, str] | None:
        """Return (id, state) without unsealing anything, or None: for RCPT TO."""
        digest = self.work.keys.digest(Label.INS, matricule)
        row = self._row(digest=digest)
        return None if row is None else (row.id, row.state)

    def get(self, profile_id: str) -> Profile | None:
        """Return a profile by its opaque id, or None."""
        if (held := self._held(profile_id)) is not None:
            return held
        row = self._row(profile_id=profile_id)
        return None if row is None else self._profile(row)

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
        if profile is not None:
            for table, of_table in sets_of(profile_id, rows).items():
                self.work.rows.check_set(table, profile_id, of_table, profile.sets)
        return read_rights(rows, self.work.now)

    def _hold_rights(self, profile_id: str) -> None:
        """Hold what a patient decided before it is changed: it is bound anew then."""
        self.hold(profile_id)
        self.rights(profile_id)

    def _sets(self, profile_id: str) -> dict[str, str]:
        """Return what vouches for the blocks, oppositions and secret senders."""
        rows = RIGHTS.rows(self.work.connection, profile=profile_id)
        return {
            table.name: self.work.rows.set_mac(table, profile_id, of_table)
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
        self._keep_change(profile.id, "state", before.value, state.value)
        self._note(
            profile.id, "state", before=before.value, after=state.value, event=event
        )

    def change(self, profile_id: str, what: str, **values: Any) -> None:
        """Change plain columns (mask_by_default, emergency, language)."""
        before = self._now_in(profile_id, values)
        self._changed(profile_id, what, before, dict(values), **values)

    def _changed(
        self, profile_id: str, what: str, before: Any, after: Any, **values: Any
    ) -> None:
        """Change columns, and keep sealed what was said before and after."""
        self._write(profile_id, **values)
        self._keep_change(profile_id, what, before, after)
        self._note(profile_id, what)

    def _now_in(self, profile_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what columns say before they are changed."""
        if not values:
            return {}
        row = self._row(profile_id=profile_id)
        return {} if row is None else {name: getattr(row, name) for name in values}

    def _keep_change(self, profile_id: str, what: str, before: Any, after: Any) -> None:
        key_id = self.work.key_for(f"patient:{profile_id}")
        change_id = uuid4().hex
        detail = {"before": before, "after": after, "by": self.by, "why": self.why}
        context = f"profile_changes.detail:{profile_id}:{change_id}"
        self.work.add(
            profile_changes,
            id=change_id,
            profile_id=profile_id,
            changed_at=self.work.now,
            what=what,
            key_id=key_id,
            detail=self.work.seal(key_id, detail, context),
        )
        keep_patient_settings(self.work, profile_id, self.by)

    def changes(self, profile_id: str) -> list[ProfileChange]:
        """Return what was changed of a profile, the oldest change first."""
        columns = profile_changes.c
        rows = self.work.connection.execute(
            select(profile_changes)
            .where(columns.profile_id == profile_id)
            .order_by(columns.changed_at, columns.id)
        )
        found = []
        for row in rows:
            context = f"profile_changes.detail:{profile_id}:{row.id}"
            detail = self.work.unseal(row.key_id, row.detail, context)
            found.append(ProfileChange(at=row.changed_at, what=row.what, **detail))
        return found

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
        by = {"by": self.by} if self.by else {}
        self.work.note(
            Action.PROFILE_CHANGED,
            what,
            profile_id,
            chain=chain_of(profile_id),
            **by,
            **detail,
        )

    def set_email(self, profile: Profile, email: str) -> None:
        """Change the ordinary e-mail address notices and codes go to."""
        contact = self._contact(profile.id, profile.key_id, email)
        self._changed(profile.id, "email", profile.email, email, contact=contact)

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
        self._write(
            profile.id,
            key_id=key_id,
            identity=self._identity(profile.id, key_id, profile.ins, profile.traits),
            contact=self._contact(profile.id, key_id, profile.email),
        )

    def block(self, profile_id: str, identity: str) -> None:
        """Block a sender by structure id, IDNPS or address; again is no error."""
        self._hold_rights(profile_id)
        self._unblock(profile_id, identity)
        self.work.connection.execute(
            insert(blocks).values(
                profile_id=profile_id, identity=identity.lower(), since=self.work.now
            )
        )
        self._changed(profile_id, "block", None, identity.lower())

    def unblock(self, profile_id: str, identity: str) -> None:
        """Take a block back; none is no error."""
        self._hold_rights(profile_id)
        self._unblock(profile_id, identity)
        self._changed(profile_id, "unblock", identity.lower(), None)

    def _unblock(self, profile_id: str, identity: str) -> None:
        self.work.connection.execute(
            delete(blocks).where(
                blocks.c.profile_id == profile_id,
                blocks.c.identity == identity.lower(),
            )
        )

    def oppose(self, profile_id: str, opposition: Opposition) -> None:
        """Record an opposition; its medical reason is never kept (CSP R. 1111-47)."""
        self._hold_rights(profile_id)
        self.work.connection.execute(
            insert(oppositions).values(
                id=uuid4().hex,
                profile_id=profile_id,
                kind=opposition.kind,
                structure=opposition.structure.lower(),
                type_code=opposition.type_code,
                unique_id=opposition.unique_id,
                declared_by=opposition.declared_by,
                since=self.work.now,
            )
        )
        after = asdict(opposition)
        self._changed(profile_id, f"oppose-{opposition.kind}", None, after)

    def withdraw(self, profile_id: str, opposition: Opposition) -> None:
        """End an opposition, whose row stays; none is no error."""
        self._hold_rights(profile_id)
        columns = oppositions.c
        self.work.connection.execute(
            update(oppositions)
            .where(
                columns.profile_id == profile_id,
                columns.kind == opposition.kind,
                columns.structure == opposition.structure.lower(),
                columns.type_code == opposition.type_code,
                columns.unique_id == opposition.unique_id,
                columns.until.is_(None),
            )
            .values(until=self.work.now)
        )
        before = asdict(opposition)
        self._changed(profile_id, f"withdraw-{opposition.kind}", before, None)

    def set_secret(self, profile_id: str, identity: str, *, secret: bool) -> None:
        """Put a sender in secret connection with a minor, or end it."""
        self._hold_rights(profile_id)
        self.work.connection.execute(
            delete(secrecies).where(
                secrecies.c.profile_id == profile_id,
                secrecies.c.identity == identity.lower(),
            )
        )
        if secret:
            self.work.connection.execute(
                insert(secrecies).values(
                    profile_id=profile_id,
                    identity=identity.lower(),
                    since=self.work.now,
                )
            )
        named = identity.lower()
        before, after = (None, named) if secret else (named, None)
        what = "secret" if secret else "unsecret"
        self._changed(profile_id, what, before, after)

    def _row(self, *, digest: str = "", profile_id: str = "") -> Any:
        if digest:
            row = _FIND.first(self.work.connection, digest=digest)
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
            mask_by_default=row.mask_by_default,
            emergency=row.emergency,
            language=row.language,
            settings_version=row.settings_version,
            created_at=row.created_at,
            sets=row.sets,
        )
