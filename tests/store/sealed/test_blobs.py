"""Blobs: kept as they are or deflated, and read back as they were."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from gateway.errors import UnavailableError
from gateway.store.base.work import Database
from gateway.store.sealed.blobs import BlobForm, Parcel
from gateway.store.sealed.deflating import deflate
from gateway.store.tables import blobs

XML = b"<text>un document clinique</text>" * 300
LARGE = b"".join(b"<row>%d</row>" % number for number in range(300_000))
"""Too large for a row, even deflated."""


def keep(database: Database, parcel: Parcel) -> str:
    with database.write() as work:
        key_id = work.key_for("patient:1")
        work.blobs.put(parcel, key_id, work.now)
    return key_id


def content_of(database: Database, parcel: Parcel, key_id: str) -> bytes:
    with database.read() as work:
        return work.blobs.get(parcel.id, key_id)


@pytest.mark.parametrize("content", [XML, LARGE], ids=["in a row", "in a file"])
@pytest.mark.parametrize("form", BlobForm)
def test_what_was_kept_in_any_form_is_read_back(
    database: Database, content: bytes, form: BlobForm
) -> None:
    deflated = deflate(content) if form is BlobForm.DEFLATED else b""
    parcel = database.prepare(content, deflated=deflated)

    key_id = keep(database, parcel)

    assert (parcel.form, parcel.size) == (form, len(content))
    assert (parcel.inline is None) == (content is LARGE)
    assert content_of(database, parcel, key_id) == content


def test_what_deflating_makes_no_smaller_is_kept_as_it_is(database: Database) -> None:
    parcel = database.prepare(b"abc", deflated=deflate(b"abc"))

    assert parcel.form is BlobForm.PLAIN
    assert content_of(database, parcel, keep(database, parcel)) == b"abc"


def test_a_digest_that_is_known_is_not_made_again(database: Database) -> None:
    assert database.prepare(b"abc", sha256="known").digest == "known"


@pytest.mark.parametrize(
    "change", [{"form": 0}, {"size": 10}, {"size": 10**12}], ids=str
)
def test_a_row_that_lies_about_a_blob_does_not_open_it(
    database: Database, change: dict[str, int]
) -> None:
    parcel = database.prepare(XML, deflated=deflate(XML))
    key_id = keep(database, parcel)
    with database.write() as work:
        work.connection.execute(update(blobs).values(**change))

    with pytest.raises(UnavailableError):
        content_of(database, parcel, key_id)
