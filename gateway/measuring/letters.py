"""Many synthetic letters to measure with, all different, written beforehand."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from uuid import UUID

from attrs import frozen

from gateway.core.ins import control_key
from gateway.documents.cda.header import read_cda
from gateway.documents.xdm.archive import write_archive
from gateway.documents.xdm.package import METADATA
from gateway.documents.xdm.writing import SUBSET
from gateway.documents.xds.entry import document_entry, submission_set
from gateway.documents.xds.writing import ListedDocument, write_metadata
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message

SENDER = "contact@peer.mssante.test"
PATIENT_DOMAIN = "patient.mssante.test"

_MOMENT = datetime(2026, 10, 16, 15, 0, tzinfo=UTC)
_SAMPLE_INS = "279035121518989"
_SAMPLE_SET = "2.25.86241464215683746647538564962710552975"
_SAMPLE_UUID = UUID(int=0xABCDEF)
_SAMPLE_SUBMISSION = "2.25.99999999999999999999999999999999999999"
_SAMPLE_ID = "0" * 32
_ARCHIVE_MARK = b"@ARCHIVE@"
_ROWS_MARK = "</structuredBody>"
_TEXT = (
    "contrôle biologie tension traitement examen clinique normal patient séjour "
    "dose matin soir semaine cardiologie rythme sinusal échographie ventricule "
    "fonction rénale créatinine numération plaquettes surveillance avis"
)
_WORDS = _TEXT.split()


def matricules(count: int) -> list[str]:
    """
    Return that many identifiers of the test range, each with its key.

    >>> matricules(2)
    ['279035121100109', '279035121100208']
    """
    bodies = (f"2790351211{number:03d}" for number in range(1, count + 1))
    return [body + control_key(body) for body in bodies]


@frozen
class Letter:
    """One message, in pieces that are sent one after the other; ``tail`` is shared."""

    message_id: str
    recipient: str
    head: bytes
    tail: bytes

    @property
    def size(self) -> int:
        """Its bytes on the wire, without the final dot."""
        return len(self.head) + len(self.tail)


class LetterWriter:
    """
    Writes letters that differ in all their identifiers, quickly.

    The demonstration's letter is filled up to ``document_bytes`` with synthetic
    results and packed once; each letter is that package with other identifiers, its
    hashes computed again. ``filler_bytes`` is a file beside it that does not compress,
    as the PDF of a letter would be.
    """

    def __init__(
        self, *, document_bytes: int = 0, filler_bytes: int = 0, seed: int = 1
    ) -> None:
        chance = random.Random(seed)  # noqa: S311
        self._chance = chance
        self._document = _document(document_bytes)
        self._hash = hashlib.sha1(
            self._document.encode(), usedforsecurity=False
        ).hexdigest()
        self._metadata = _metadata(self._document.encode())
        filler = random.Random(filler_bytes).randbytes(filler_bytes)  # noqa: S311
        self._head, self._tail = _envelope(filler)

    @property
    def document_bytes(self) -> int:
        """The size of the CDA."""
        return len(self._document.encode())

    def write(self, matricule: str) -> Letter:
        """Return a new letter for a patient."""
        chance = self._chance
        set_id = f"2.25.{chance.randrange(10**37, 10**38)}"
        changes = {
            _SAMPLE_SET: set_id,
            _SAMPLE_INS: matricule,
            _SAMPLE_SUBMISSION: f"2.25.{chance.randrange(10**37, 10**38)}",
            str(_SAMPLE_UUID): str(UUID(int=chance.getrandbits(128))),
        }
        document = _changed(self._document, changes).encode()
        digest = hashlib.sha1(document, usedforsecurity=False).hexdigest()
        listed = _changed(self._metadata, {**changes, self._hash: digest}).encode()
        archive = write_archive(
            [
                ("README.TXT", b"Documents de test.\r\n"),
                ("INDEX.HTM", b"<html><body>Documents de test</body></html>\r\n"),
                (f"{SUBSET}/{METADATA}", listed),
                (f"{SUBSET}/DOC0001.XML", document),
            ],
            _MOMENT,
        )
        name = f"{chance.getrandbits(128):032x}"
        head = self._head.replace(_SAMPLE_ID.encode(), name.encode())
        head = head.replace(_SAMPLE_INS.encode(), matricule.encode())
        packed = base64.encodebytes(archive).replace(b"\n", b"\r\n")
        return Letter(
            message_id=f"{name}@peer.mssante.test",
            recipient=f"{matricule}@{PATIENT_DOMAIN}",
            head=head + packed,
            tail=self._tail,
        )

    def write_many(self, count: int, patients: Sequence[str]) -> list[Letter]:
        """Return letters for the patients in turn."""
        return [self.write(patients[n % len(patients)]) for n in range(count)]


def _changed(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        text = text.replace(before, after)
    return text


def _document(size: int) -> str:
    chance = random.Random(size)  # noqa: S311
    letter = files("gateway") / "demo_files" / "discharge_letter.xml"
    text = letter.read_text("utf-8")
    missing = size - len(text.encode())
    if missing <= 0:
        return text
    rows: list[str] = []
    length = 0
    while length < missing - 900:
        words = " ".join(chance.choices(_WORDS, k=8))
        value = f"{chance.randrange(10_000) / 100:.2f}"
        row = f"<tr><td>{words}</td><td>{value}</td><td>{chance.random():.3f}</td></tr>"
        rows.append(row)
        length += len(row.encode()) + 1
    section = _section("\n".join(rows))
    return text.replace(_ROWS_MARK, f"{section}{_ROWS_MARK}")


def _section(rows: str) -> str:
    return f"""<component><section>
<templateId root="1.3.6.1.4.1.19376.1.5.3.1.3.27"/>
<id root="6B6C5B34-71E7-4C60-9E8B-5E8C6A3E7D10"/>
<code code="30954-2" codeSystem="2.16.840.1.113883.6.1"/>
<title>Résultats détaillés</title>
<text><table border="1">
<thead><tr><th>Examen</th><th>Valeur</th><th>Écart</th></tr></thead>
<tbody>
{rows}
</tbody></table></text></section></component>
"""


def _metadata(document: bytes) -> str:
    read = read_cda(document)
    entry = document_entry(read, document, entry_uuid=_SAMPLE_UUID.urn)
    submission = submission_set(
        read,
        unique_id=_SAMPLE_SUBMISSION,
        entry_uuid=UUID(int=_SAMPLE_UUID.int + 1).urn,
        source_id="1.2.250.1.999.1.2",
        submission_time=_MOMENT,
    )
    listed = ListedDocument(entry=entry, uri="DOC0001.XML")
    return write_metadata(submission, [listed]).decode()


def _envelope(filler: bytes) -> tuple[bytes, bytes]:
    """Return what comes before the archive's base64 and what comes after it."""
    parts = [
        OutgoingPart(
            media_type="application/zip", content=_ARCHIVE_MARK, name="IHE_XDM.ZIP"
        )
    ]
    if filler:
        parts.append(
            OutgoingPart(
                media_type="application/pdf", content=filler, name="lettre.pdf"
            )
        )
    message = build_message(
        sender=NamedAddress(read_address(SENDER)),
        to=[NamedAddress(read_address(f"{_SAMPLE_INS}@{PATIENT_DOMAIN}"))],
        subject="XDM/1.0/DDM+Lettre de liaison PAT-TROIS DOMINIQUE 28/03/1979",
        text="Bonjour,\n\nVeuillez trouver la lettre de liaison.\n",
        date=_MOMENT,
        message_id=f"{_SAMPLE_ID}@peer.mssante.test",
        parts=parts,
        headers={"X-MSS-CODECDA": "11490-0", "X-MSS-INS": "O"},
    )
    mark = base64.encodebytes(_ARCHIVE_MARK).replace(b"\n", b"\r\n")
    head, _, tail = message.partition(mark)
    return head, tail
