"""IHE_XDM.ZIP: opened whole or refused with its own reason (Z04, Z05), and written."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.documents.xdm.archive import ArchiveLimits, open_archive, write_archive
from gateway.documents.xdm.package import (
    Package,
    names_of,
    read_package,
)
from gateway.documents.xdm.writing import (
    OutgoingDocument,
    PackageSender,
    write_package,
)
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError
from tests.builders_cda import PDF
from tests.builders_files import PNG
from tests.builders_xdm import (
    DOCUMENT,
    LETTER,
    METADATA,
    MOMENT,
    OTHER_PATIENT,
    SENDER,
    make_entry,
    make_outgoing,
    make_package,
    make_submission,
    open_package,
    sha1,
)
from tests.zips import Part, make_zip

SECOND = LETTER.replace(b"Lettre", b"Compte rendu")
KOS = bytes(128) + b"DICM" + bytes(20)
LIST_EACH_TWICE = re.compile(r"(<ExtrinsicObject.*?</ExtrinsicObject>)", re.DOTALL)


def refusal(content: bytes, limits: ArchiveLimits | None = None) -> str:
    with pytest.raises(InvalidError) as caught:
        open_package(content, limits)
    return caught.value.public


def two_subsets(second: bytes, *, folder: str = "IHE_XDM/SUBSET02/") -> bytes:
    """Return the default package with the subset of another one beside its own."""
    added = open_archive(second)
    extra = {
        name.replace("IHE_XDM/SUBSET01/", folder): added.read(name)
        for name in added.names
        if name.startswith("IHE_XDM/")
    }
    return make_package(extra=extra)


def test_a_package_gives_its_documents_and_what_is_said_of_them() -> None:
    package = open_package(make_package([LETTER, SECOND]))

    assert [document.content for document in package.documents] == [LETTER, SECOND]
    first = package.documents[0]
    assert first.facts.unique_id == "1.2.250.1.999.1.1.8121.1"
    assert first.facts.hash == sha1(LETTER)
    assert package.submissions[0].unique_id == make_submission().unique_id
    assert package.remarks == ()


def test_a_package_tells_no_patient_in_its_repr() -> None:
    package = open_package(make_package())

    assert "279035121518989" not in repr(package)
    assert "Lettre" not in repr(package).replace("label='Lettre de liaison'", "")


def test_a_document_that_is_no_cda_is_returned_as_it_is() -> None:
    package = open_package(
        make_package([LETTER, KOS], changes=[{}, {"mime_type": "application/dicom"}])
    )

    document = package.documents[1]
    assert document.facts.mime_type == "application/dicom"
    assert document.content == KOS


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("SUBSET01", "SS000001"),
        str.lower,
        lambda name: name.replace("IHE_XDM", "ihe_Xdm").replace("METADATA", "Metadata"),
    ],
)
def test_z04_a_subset_of_any_name_is_read_whatever_the_case(rename: object) -> None:
    assert callable(rename)
    package = open_package(make_package(rename=rename))

    assert package.documents[0].content == LETTER


@pytest.mark.parametrize(
    "uri",
    [
        lambda name: name,
        str.lower,
        lambda name: f"SUBSET01/{name}",
        lambda name: f"IHE_XDM/SUBSET01/{name}",
        lambda name: f".\\{name}",
        lambda name: f"file:///D:/IHE_XDM/SUBSET01/{name}",
        lambda name: f"../../../{name}",
    ],
)
def test_z04_a_uri_is_found_in_the_ways_that_senders_write_it(uri: object) -> None:
    assert callable(uri)
    package = open_package(make_package(uri=uri))

    assert package.documents[0].content == LETTER


def test_z04_a_last_part_that_two_files_bear_finds_none() -> None:
    second = make_package([SECOND], changes=[{"unique_id": "1.2.3"}])
    content = two_subsets(second, folder="IHE_XDM/SUBSET02/")
    assert len(open_package(content).documents) == 2

    misleading = make_package(
        [SECOND],
        changes=[{"unique_id": "1.2.3"}],
        uri=lambda name: f"elsewhere/{name}",
    )
    text = "package without a document that METADATA.XML lists"
    assert refusal(two_subsets(misleading)) == text


def test_z04_two_subsets_are_both_read() -> None:
    second = make_package([SECOND], changes=[{"unique_id": "1.2.3"}])

    package = open_package(two_subsets(second))

    assert [document.content for document in package.documents] == [LETTER, SECOND]
    assert len(package.submissions) == 2


def test_z04_two_subsets_of_two_patients_are_refused() -> None:
    second = make_package(
        [SECOND], changes=[{"unique_id": "1.2.3"}], patient_id=OTHER_PATIENT
    )

    text = "METADATA.XML that does not name exactly one patient"
    assert refusal(two_subsets(second)) == text


def test_z04_two_subsets_with_one_document_are_refused() -> None:
    text = "package with two documents of one uniqueId"
    assert refusal(two_subsets(make_package([SECOND]))) == text


def test_z04_missing_readme_and_index_are_told_and_tolerated() -> None:
    package = open_package(make_package(leave_out={"README.TXT", "INDEX.HTM"}))

    assert package.remarks == ("README.TXT is missing", "INDEX.HTM is missing")


@pytest.mark.parametrize("name", ["AUTORUN.INF", "20260327_LETTRE.PDF"])
def test_z04_files_outside_the_folder_are_ignored_and_told_once(name: str) -> None:
    package = open_package(make_package(extra={name: b"x", f"2{name}": b"x"}))

    assert package.remarks == ("a file outside IHE_XDM was ignored",)
    assert len(package.documents) == 1


@pytest.mark.parametrize(
    "name",
    [
        "IHE_XDM/SUBSET01/.DS_Store",
        "IHE_XDM/SUBSET01/Thumbs.db",
        "__MACOSX/IHE_XDM/SUBSET01/._METADATA.XML",
    ],
)
def test_z04_what_a_desktop_leaves_is_ignored(name: str) -> None:
    package = open_package(make_package(extra={name: b"x"}))

    assert package.remarks == ()
    assert len(package.documents) == 1


def test_the_actions_of_a_package_are_read() -> None:
    outgoing = evolve(make_outgoing(), action=EntryAction.DELETE)

    content = write_package([outgoing], make_submission(), SENDER, MOMENT)

    assert open_package(content).documents[0].facts.action is EntryAction.DELETE


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"not a zip", "not a ZIP archive"),
        (
            make_package(leave_out={METADATA}),
            "package without METADATA.XML in a folder of IHE_XDM",
        ),
        (
            make_package(rename=lambda name: name.removeprefix("IHE_XDM/")),
            "package without METADATA.XML in a folder of IHE_XDM",
        ),
        (
            make_package(rename=lambda name: name.replace("SUBSET01", "A/B")),
            "package without METADATA.XML in a folder of IHE_XDM",
        ),
        (make_package(replace={METADATA: b"<a"}), "XML that is not well formed"),
        (
            make_package(leave_out={DOCUMENT}),
            "package without a document that METADATA.XML lists",
        ),
        (
            make_package(extra={"IHE_XDM/SUBSET01/DOC0002.XML": LETTER}),
            "package with a document that METADATA.XML omits",
        ),
        (
            make_package(extra={"IHE_XDM/SUBSET01/KOS.DCM": bytes(128) + b"DICM"}),
            "package with a document that METADATA.XML omits",
        ),
        (
            make_package(extra={"IHE_XDM/SUBSET01/MORE.ZIP": b"PK\x03\x04\x00"}),
            "package with a document that METADATA.XML omits",
        ),
        (
            make_package(
                extra={"IHE_XDM/SUBSET01/L.XML": LETTER.decode().encode("utf-16")}
            ),
            "package with a document that METADATA.XML omits",
        ),
        (
            make_package(edit_metadata=lambda text: LIST_EACH_TWICE.sub(r"\1\1", text)),
            "METADATA.XML that lists a file twice",
        ),
        (
            make_package([LETTER, SECOND], uri=lambda _: "DOC0001.XML"),
            "METADATA.XML that lists a file twice",
        ),
        (
            make_package(uri=lambda _: "METADATA.XML"),
            "METADATA.XML that lists a file twice",
        ),
        (
            make_package(
                [LETTER, SECOND],
                changes=[{}, {"unique_id": "1.2.250.1.999.1.1.8121.1"}],
            ),
            "package with two documents of one uniqueId",
        ),
        (
            make_package(changes=[{"unique_id": ""}]),
            "METADATA.XML with a document that has no uniqueId",
        ),
        (
            make_package(changes=[{"hash": ""}]),
            "METADATA.XML with a document without URI, hash or size",
        ),
        (
            make_package(uri=lambda _: ""),
            "METADATA.XML with a document without URI, hash or size",
        ),
        (
            make_package(edit_metadata=lambda text: text.replace('"size"', '"taille"')),
            "METADATA.XML with a document without URI, hash or size",
        ),
        (
            make_package(changes=[{"size": len(LETTER) + 1}]),
            "package with a document of another size than announced",
        ),
        (
            make_package(changes=[{"hash": sha1(SECOND)}]),
            "package with a document of another hash than announced",
        ),
        (
            make_package(replace={DOCUMENT: LETTER.replace(b"Lettre", b"lettre")}),
            "package with a document of another hash than announced",
        ),
        (
            make_package(changes=[{"mime_type": "application/pdf"}]),
            "package with a document that is not of its mimeType",
        ),
        (
            make_package([KOS]),
            "package with a document that is not of its mimeType",
        ),
    ],
)
def test_z04_each_broken_package_is_refused_with_its_own_reason(
    content: bytes, text: str
) -> None:
    assert refusal(content) == text


def test_z04_a_package_is_refused_whole_when_its_last_document_is_wrong() -> None:
    content = make_package([LETTER, SECOND], changes=[{}, {"hash": sha1(LETTER)}])

    text = "package with a document of another hash than announced"
    assert refusal(content) == text


def test_a_hash_is_compared_whatever_its_case() -> None:
    content = make_package(changes=[{"hash": sha1(LETTER).upper()}])

    assert open_package(content).documents[0].content == LETTER


def test_the_limits_of_the_archive_are_those_of_the_caller() -> None:
    limits = ArchiveLimits(entries=3)

    assert refusal(make_package(), limits) == "archive with too many entries"
    open_package(make_package(leave_out={"README.TXT"}), limits)


SCRIPT = b'<html><script src="https://evil.test/x.js"></script></html>'
STYLE = b'<?xml-stylesheet href="https://evil.test/x.css"?><a/>'


@pytest.mark.parametrize("name", ["INDEX.HTM", "README.TXT"])
@pytest.mark.parametrize("hostile", [SCRIPT, STYLE])
def test_z05_the_index_and_the_readme_of_a_package_are_kept_nowhere(
    name: str, hostile: bytes
) -> None:
    package = open_package(make_package(replace={name: hostile}))

    assert hostile not in _bytes_within(package)
    assert b"evil.test" not in b"".join(_bytes_within(package))


def _bytes_within(package: Package) -> list[bytes]:
    return [document.content for document in package.documents]


def test_what_a_package_named_is_known_with_its_copies_and_nothing_else() -> None:
    other = SECOND.replace(b"Compte", b"Comqte")  # of the same size
    content = make_package(
        [LETTER, SECOND], extra={"COPIE.XML": LETTER, "AUTRE.XML": other}
    )
    archive = open_archive(content)
    first, second = read_package(archive).documents

    assert first.name == "IHE_XDM/SUBSET01/DOC0001.XML"
    assert names_of(archive, [first]) == {
        "IHE_XDM/SUBSET01/METADATA.XML",
        first.name,
        "COPIE.XML",
    }
    assert names_of(archive, [second]) == {
        "IHE_XDM/SUBSET01/METADATA.XML",
        second.name,
    }


def test_a_file_nobody_lists_must_be_whole_too() -> None:
    content = make_package()
    at = content.index(b"PK\x01\x02")
    damaged = bytearray(content)
    damaged[at + 16] ^= 1  # the CRC of README.TXT, in both places
    damaged[14] ^= 1

    assert refusal(bytes(damaged)) == "archive with a damaged file (CRC)"


def test_a_written_package_has_the_layout_of_xdm() -> None:
    content = write_package(
        [make_outgoing(), make_outgoing(SECOND)], make_submission(), SENDER, MOMENT
    )

    assert open_archive(content).names == (
        "README.TXT",
        "INDEX.HTM",
        "IHE_XDM/SUBSET01/METADATA.XML",
        "IHE_XDM/SUBSET01/DOC0001.XML",
        "IHE_XDM/SUBSET01/DOC0002.XML",
    )


def test_the_same_arguments_write_the_same_bytes() -> None:
    def once() -> bytes:
        return write_package([make_outgoing()], make_submission(), SENDER, MOMENT)

    assert once() == once()


def test_what_is_written_for_people_is_escaped_and_leads_to_the_files() -> None:
    sender = PackageSender(name="Dr <b>X</b>\r\nFaux : oui", structure="A & B")
    outgoing = make_outgoing(title="Lettre <script>alert(1)</script>")

    archive = open_archive(write_package([outgoing], make_submission(), sender, MOMENT))

    index = archive.read("INDEX.HTM")
    root = etree.fromstring(index)
    links = [a.get("href") for a in root.iter("{http://www.w3.org/1999/xhtml}a")]
    assert links == ["README.TXT", "IHE_XDM/SUBSET01/DOC0001.XML"]
    assert b"<script" not in index
    assert b"<b>" not in index
    readme = archive.read("README.TXT").decode()
    assert "Nom : Dr <b>X</b> Faux : oui\r\n" in readme
    assert "    DOC0001.XML\r\n" in readme


def test_a_document_that_is_not_the_one_of_its_entry_is_not_packed() -> None:
    outgoing = OutgoingDocument(entry=make_entry(LETTER), content=SECOND)

    with pytest.raises(InvalidError):
        write_package([outgoing], make_submission(), SENDER, MOMENT)


def test_a_package_without_a_document_is_not_written() -> None:
    with pytest.raises(InvalidError):
        write_package([], make_submission(), SENDER, MOMENT)


@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=4))
def test_any_documents_packed_come_back_as_they_were(contents: list[bytes]) -> None:
    documents = [
        make_outgoing(
            content, mime_type="application/x-any", unique_id=f"1.2.{n}", entry_uuid=""
        )
        for n, content in enumerate(contents)
    ]

    package = open_package(write_package(documents, make_submission(), SENDER, MOMENT))

    assert [document.content for document in package.documents] == contents
    assert [document.facts.hash for document in package.documents] == [
        sha1(content) for content in contents
    ]


@given(st.binary(max_size=500))
def test_any_bytes_give_a_package_or_a_refusal(content: bytes) -> None:
    with contextlib.suppress(InvalidError):
        open_package(content)


@given(st.binary(max_size=200), st.integers(0, 5000), st.integers(0, 200))
def test_any_metadata_in_a_package_give_a_package_or_a_refusal(
    inserted: bytes, at: int, dropped: int
) -> None:
    archive = open_archive(make_package())
    files = {name: archive.read(name) for name in archive.names}
    metadata = files[METADATA]
    at %= len(metadata)
    files[METADATA] = metadata[:at] + inserted + metadata[at + dropped :]

    with contextlib.suppress(InvalidError):
        open_package(write_archive(files.items(), MOMENT))


WRAPPED = "IHE_XDM is in another folder"
BESIDE = "a file in IHE_XDM that METADATA.XML omits was ignored"
STYLESHEET = (
    b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:n1="x">'
    b'<xsl:template match="/n1:ClinicalDocument"/></xsl:stylesheet>'
)


def beside(content: bytes, files: dict[str, bytes]) -> bytes:
    """Return an archive with more files, of whatever names."""
    made = open_archive(content)
    parts = {name: made.read(name) for name in made.names} | files
    return write_archive(parts.items(), MOMENT)


@pytest.mark.parametrize("around", ["lettre/", "Bureau/lettre de M/", "a/b/c/"])
def test_a_folder_around_a_package_is_passed_over_and_told(around: str) -> None:
    content = make_package(rename=lambda name: around + name)
    litter = {f"__MACOSX/{around}._IHE_XDM": b"\x00", ".DS_Store": b"\x00"}

    package = open_package(beside(content, litter))

    assert [one.content for one in package.documents] == [LETTER]
    assert package.remarks == (WRAPPED,)


def test_a_package_in_a_folder_beside_other_files_is_none() -> None:
    content = make_package(rename=lambda name: f"A/{name}")

    for name in ("LISEZMOI.TXT", "B/IHE_XDM/SUBSET01/METADATA.XML"):
        with pytest.raises(InvalidError, match="without METADATA.XML in a folder"):
            open_package(beside(content, {name: b"A"}))


def test_a_uri_is_found_within_the_folder_around_a_package() -> None:
    content = make_package(
        rename=lambda name: f"lettre/{name}", uri=lambda name: f"SUBSET01/{name}"
    )

    assert [one.content for one in open_package(content).documents] == [LETTER]


@pytest.mark.parametrize("content", [STYLESHEET, PDF, PNG, b"body { color: red }", b""])
def test_a_file_beside_the_document_is_ignored_and_told(content: bytes) -> None:
    package = open_package(make_package(extra={"IHE_XDM/SUBSET01/BESIDE": content}))

    assert [one.content for one in package.documents] == [LETTER]
    assert package.remarks == (BESIDE,)


@pytest.mark.parametrize("spell", [lambda n: f"./{n}", lambda n: n.replace("/", "\\")])
def test_a_package_with_other_spellings_of_its_names_is_read(
    spell: Callable[[str], str],
) -> None:
    made = open_archive(make_package())
    parts = [
        Part(name=spell(name).encode(), content=made.read(name)) for name in made.names
    ]

    package = open_package(make_zip(parts))

    assert [one.content for one in package.documents] == [LETTER]
    assert package.remarks == ()
