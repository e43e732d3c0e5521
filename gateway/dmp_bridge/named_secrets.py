"""Whether what an operator's access names may be known to who represents a patient."""

from __future__ import annotations

from attrs import frozen

from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.rights.reader_rules import PatientSide, Sight
from gateway.rights.visibility_rules import PatientReader
from gateway.store.accesses.values import Access
from gateway.store.base.work import UnitOfWork

_REPRESENTATIVE = PatientSide(PatientReader.REPRESENTATIVE)


@frozen
class NamedSecrets:
    """Asked of an access as it is told of, within the transaction of the telling."""

    vaults: VaultAccess

    def __call__(self, work: UnitOfWork, access: Access) -> bool:
        """
        Tell whether an access is not to be told of to representatives.

        It is where one of the documents is secret, or not there to be looked at; of a
        message that is held back nobody knows what is in it. That the list was read
        says nothing of what is in it.
        """
        named = () if access.said is None else access.said.named
        if access.arrival_id or not named:
            return True
        vault = self.vaults.within(work)
        names = {one.id for one in named} - {access.profile_id}
        found = vault.get_each(names)
        newer = vault.get_each({one.replaced_by for one in found.values()} - {""})
        for one in found.values():
            after = newer.get(one.replaced_by)
            flags = None if after is None else after.visibility(work.now)
            sight = Sight(one.visibility(work.now), one.status, newer=flags)
            if not _REPRESENTATIVE.sees(sight, on_request=True):
                return True
        return set(found) != names
