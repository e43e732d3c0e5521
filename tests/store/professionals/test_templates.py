"""Texts that a professional keeps: named, sealed, nobody else's, so many at most."""

from __future__ import annotations

import pytest

from gateway.errors import ConflictError
from gateway.store.base.work import Database
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.templates import MessageTemplates


def test_texts_are_of_one_professional_alone(database: Database) -> None:
    with database.write() as work:
        one = ProfessionalAccounts(work).open("899700000017")
        other = ProfessionalAccounts(work).open("899700000099")
    with database.write() as work:
        own = MessageTemplates(work, one)
        first = own.add("Zona", "Texte Z", most=2)
        own.add("angine", "Texte A", most=2)
        with pytest.raises(ConflictError):
            own.add("Trop", "x", most=2)
        foreign = MessageTemplates(work, other)
        assert foreign.listed() == []
        assert foreign.find(first) is None
        assert not foreign.change(first, "x", "x")
        assert not foreign.remove(first)
        assert own.change(first, "Zona", "Texte Z, corrigé")

    with database.read() as work:
        found = MessageTemplates(work, one).listed()
    assert [(one.name, one.text) for one in found] == [
        ("angine", "Texte A"),
        ("Zona", "Texte Z, corrigé"),
    ]
    with database.write() as work:
        assert MessageTemplates(work, one).remove(first)
        assert not MessageTemplates(work, one).remove(first)
