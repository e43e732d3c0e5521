"""
Messages in which a document hides: whatever a sender, or two programs, may make of it.

`hidden` draws how a CDA is written and what it is put into. Each layer takes a file and
gives the file that holds it; the last one becomes a part of the message.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from attrs import evolve, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from gateway.documents.xdm.archive import write_archive
from tests.builders_mail import pack
from tests.builders_xdm import MOMENT
from tests.zips import Part, make_zip, streamed

LINE = b"\r\n"


@frozen
class File:
    """A file, and what is said of it where it is attached."""

    content: bytes = field(repr=False)
    name: str = "document"
    media_type: str = "application/octet-stream"


Layer = Callable[[File], File]


def as_message(file: File, *, line_end: bytes = LINE) -> bytes:
    """Return a message of a text and the file."""
    lines = [
        b"From: service@hopital.mssante.test",
        b"Subject: transfert",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="dedans%d"' % len(file.content),
        b"",
        b"--dedans%d" % len(file.content),
        b"Content-Type: text/plain; charset=utf-8",
        b"",
        b"Bonjour,",
        b"--dedans%d" % len(file.content),
        *part_of(file).split(LINE),
        b"--dedans%d--" % len(file.content),
        b"",
    ]
    return line_end.join(lines)


def part_of(
    file: File, *, encoding: str = "base64", disposition: str = "attachment"
) -> bytes:
    """Return a file as a part: its fields and its encoded content."""
    named = f'; filename="{file.name}"' if file.name else ""
    fields = [
        f"Content-Type: {file.media_type}",
        f"Content-Transfer-Encoding: {encoding}",
    ]
    if disposition:
        fields.append(f"Content-Disposition: {disposition}{named}")
    return LINE.join([*(one.encode() for one in fields), b"", encode(file, encoding)])


def encode(file: File, encoding: str) -> bytes:
    match encoding:
        case "base64":
            return base64.encodebytes(file.content).replace(b"\n", LINE).rstrip()
        case "quoted-printable":
            return _quoted(file.content)
        case _:
            return file.content


def _quoted(content: bytes) -> bytes:
    signs = [
        bytes([one]) if 33 <= one <= 126 and one != ord("=") else b"=%02X" % one
        for one in content
    ]
    lines = (b"".join(signs[at : at + 24]) for at in range(0, len(signs), 24))
    return b"=\r\n".join(lines)


def is_text(content: bytes) -> bool:
    """Tell whether bytes may stand in a message as they are."""
    return not set(content) & {0} and b"\r" not in content.replace(LINE, b"")


def forwarded(file: File) -> File:
    return File(as_message(file), "transfert.eml", "message/rfc822")


def forwarded_globally(file: File) -> File:
    return File(as_message(file), "", "message/global")


def saved_message(file: File) -> File:
    content = b"From someone Fri Nov 20 09:00:00 2026\n" + as_message(
        file, line_end=b"\n"
    )
    return File(content, "piece", "application/octet-stream")


def zipped(file: File) -> File:
    name = file.name or "sans-nom"
    return File(
        write_archive([("lisez.txt", b"x"), (name, file.content)], MOMENT),
        "documents.zip",
        "application/zip",
    )


def streamed_zip(file: File) -> File:
    part = streamed(Part(name=b"A.BIN", content=file.content))
    return File(make_zip([part]), "export.dat", "application/octet-stream")


def backslash_zip(file: File) -> File:
    part = Part(name=b"DOSSIER\\A.BIN", content=file.content)
    return File(make_zip([part]), "export.zip", "application/x-zip-compressed")


def self_extracting(file: File) -> File:
    part = Part(name=b"A.BIN", content=file.content)
    content = make_zip([part], prefix=b"MZ" + b"\x90" * 300, shift=302)
    return File(content, "ouvrez.pdf", "application/pdf")


def stored_behind_a_pdf(file: File) -> File:
    part = Part(name=b"A.BIN", content=file.content, method=0)
    content = make_zip([part], prefix=b"%PDF-1.4\n", shift=9)
    return File(content, "lettre.pdf", "application/pdf")


def zip_with_a_cut_directory(file: File) -> File:
    content = make_zip([Part(name=b"A.BIN", content=file.content)])
    return File(content[:-30], "documents.zip", "application/zip")


def tnef_attribute(level: int, name: int, value: bytes) -> bytes:
    checksum = struct.pack("<H", sum(value) & 0xFFFF)
    return struct.pack("<BLL", level, name, len(value)) + value + checksum


TNEF = struct.pack("<LH", 0x223E9F78, 1) + tnef_attribute(1, 0x00089006, b"\0\0\1\0")


def winmail(file: File) -> File:
    content = TNEF + tnef_attribute(2, 0x0006800F, file.content)
    return File(content, "winmail.dat", "application/ms-tnef")


def winmail_by_properties(file: File) -> File:
    padding = bytes(-len(file.content) % 4)
    value = struct.pack("<L", len(file.content)) + file.content + padding
    properties = struct.pack("<L", 3)
    properties += struct.pack("<HHL", 3, 0x0E21, 7)
    properties += (
        struct.pack("<HHL", 0x001E, 0x3707, 1) + struct.pack("<L", 4) + b"a.b\0"
    )
    properties += struct.pack("<HHL", 0x0102, 0x3701, 1) + value
    content = TNEF + tnef_attribute(2, 0x00069005, properties)
    return File(content, "piece.dat", "application/octet-stream")


def winmail_in_winmail(file: File) -> File:
    inner = bytes(16) + winmail(file).content
    value = struct.pack("<L", len(inner)) + inner + bytes(-len(inner) % 4)
    properties = struct.pack("<LHHL", 1, 0x000D, 0x3701, 1) + value
    content = TNEF + tnef_attribute(2, 0x00069005, properties)
    return File(content, "winmail.dat", "application/vnd.ms-tnef")


@cache
def signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "essai")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def signed(file: File) -> File:
    """Sign a message entity in the opaque form (S/MIME)."""
    certificate, key = signer()
    content = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(part_of(file))
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    media_type = "application/pkcs7-mime; smime-type=signed-data"
    return File(content, "smime.p7m", media_type)


def attached_to_a_pdf(file: File, *, encrypted: bool = False) -> File:
    """Attach a file to a PDF, as readers show it beside the pages."""
    packed = zlib.compress(file.content)
    trailer = b"/Root 1 0 R" + (b" /Encrypt 9 0 R" if encrypted else b"")
    content = (
        b"%%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Names << /EmbeddedFiles 2 0 R >> >>\n"
        b"endobj\n3 0 obj\n<< /Type /Filespec /EF << /F 4 0 R >> >>\nendobj\n"
        b"4 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n"
        b"%s\nendstream\nendobj\ntrailer\n<< %s >>\n%%%%EOF\n"
    ) % (len(packed), packed, trailer)
    return File(content, "compte-rendu.pdf", "application/pdf")


def attached_to_an_encrypted_pdf(file: File) -> File:
    return attached_to_a_pdf(file, encrypted=True)


def uuencoded(file: File) -> File:
    lines = [b"Voici :", b"begin 644 lettre.xml"]
    pieces = (file.content[at : at + 45] for at in range(0, len(file.content), 45))
    lines += [binascii.b2a_uu(one).rstrip(b"\n") for one in pieces]
    return File(LINE.join([*lines, b"`", b"end", b""]), "", "text/plain")


def pasted(file: File) -> File:
    """Paste base64 into a text, as the source of a message is."""
    coded = base64.encodebytes(file.content).replace(b"\n", LINE)
    return File(b"Source du message :\r\n\r\n" + coded, "", "text/plain")


OPENED: Mapping[str, Layer] = {
    layer.__name__: layer
    for layer in (
        forwarded,
        forwarded_globally,
        saved_message,
        zipped,
        streamed_zip,
        backslash_zip,
        self_extracting,
        stored_behind_a_pdf,
        zip_with_a_cut_directory,
        winmail,
        winmail_by_properties,
        winmail_in_winmail,
        signed,
        attached_to_a_pdf,
        uuencoded,
        pasted,
    )
}
"""What is opened."""


def gzipped(file: File) -> File:
    return File(
        gzip.compress(file.content, mtime=0), "lettre.xml.gz", "application/gzip"
    )


def deflated(file: File) -> File:
    """A bare zlib stream, under a name that says nothing."""
    return File(zlib.compress(file.content), "lettre.bin", "application/octet-stream")


def tarred(file: File) -> File:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        entry = tarfile.TarInfo("lettre.xml")
        entry.size = len(file.content)
        archive.addfile(entry, io.BytesIO(file.content))
    return File(output.getvalue(), "lettre", "application/octet-stream")


def seven_zip(file: File) -> File:
    mixed = bytes(one ^ 0x55 for one in file.content)
    return File(b"7z\xbc\xaf\x27\x1c" + mixed, "lettre.txt", "text/plain")


def rar(file: File) -> File:
    mixed = bytes(one ^ 0x55 for one in file.content)
    return File(b"Rar!\x1a\x07\x01" + mixed, "photo.jpg", "image/jpeg")


def encrypted_zip(file: File) -> File:
    mixed = bytes(one ^ 0x55 for one in file.content)
    part = Part(name=b"A.XML", content=mixed, flags=1, method=0)
    return File(make_zip([part]), "documents.zip", "application/zip")


def enveloped(file: File) -> File:
    """Wrap in CMS that is not signed data, as S/MIME encrypts."""
    oid = bytes.fromhex("06092a864886f70d010703")
    mixed = bytes(one ^ 0x55 for one in file.content)[:60000]
    inner = b"\x04\x82" + len(mixed).to_bytes(2, "big") + mixed
    explicit = b"\xa0\x83" + len(inner).to_bytes(3, "big") + inner
    body = oid + explicit
    content = b"\x30\x83" + len(body).to_bytes(3, "big") + body
    return File(content, "smime.p7m", "application/pkcs7-mime")


def pgp(file: File) -> File:
    armour = base64.encodebytes(bytes(one ^ 0x55 for one in file.content))
    text = b"-----BEGIN PGP MESSAGE-----\n\n" + armour + b"-----END PGP MESSAGE-----\n"
    return File(text.replace(b"\n", LINE), "", "text/plain")


def protected_office(file: File) -> File:
    mixed = bytes(one ^ 0x55 for one in file.content)
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    content += "EncryptedPackage".encode("utf-16-le") + mixed
    return File(content, "lettre.docx", "application/octet-stream")


CLOSED: Mapping[str, Layer] = {
    layer.__name__: layer
    for layer in (
        gzipped,
        deflated,
        tarred,
        seven_zip,
        rar,
        encrypted_zip,
        enveloped,
        pgp,
        protected_office,
        attached_to_an_encrypted_pdf,
    )
}
"""What is not opened."""

TYPES = (
    "text/plain",
    "text/html",
    "text/xml",
    "application/xml+cda",
    "text/x-hl7-text+xml",
    "application/hl7-cda+xml",
    "application/octet-stream",
    "application/pdf",
    "image/jpeg",
    "x/y",
)
NAMES = ("", "lettre.txt", "LETTRE.CDA", "lettre.xml", "lettre.pdf.xml", "lettre.pdf")

CHARSETS: Mapping[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 little": lambda text: text.encode("utf-16-le"),
    "utf-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "latin-1": lambda text: text.encode("latin-1", "xmlcharrefreplace"),
    "windows-1252": lambda text: text.encode("cp1252", "xmlcharrefreplace"),
}
_DOCTYPE = "<!DOCTYPE x [<!ENTITY e 'e'>]>"
PREFIXES: Mapping[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "blanks": lambda text: f"\n \t{text}",
    "a comment": lambda text: _after_declaration(text, "<!-- <a> -->\n"),
    "a doctype": lambda text: _after_declaration(text, _DOCTYPE),
    "a stylesheet": lambda text: _after_declaration(
        text, '<?xml-stylesheet type="text/xsl" href="x.xsl"?>\n'
    ),
    "a text": lambda text: f"Bonjour,\n\n{text}",
    "cut": lambda text: text[: len(text) - 30],
    "an envelope": lambda text: f"<a><b>{_without_declaration(text)}</b></a>",
}


def _without_declaration(text: str) -> str:
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _after_declaration(text: str, inserted: str) -> str:
    declaration, found, rest = text.partition("?>")
    return f"{declaration}?>{inserted}{rest}" if found else inserted + text


@frozen
class Hidden:
    """A message, and how the document was hidden in it, to be read in a failure."""

    mail: bytes = field(repr=False)
    how: str


@st.composite
def hidden(
    draw: st.DrawFn,
    cda: bytes,
    *,
    layers: Mapping[str, Layer] = OPENED,
    last: Mapping[str, Layer] | None = None,
    most: int = 3,
) -> Hidden:
    """Draw a message that holds the CDA; ``last`` is put around all if it is given."""
    steps: list[str] = []
    if draw(st.booleans()):
        charset = draw(st.sampled_from(sorted(CHARSETS)))
        prefix = draw(st.sampled_from(sorted(PREFIXES)))
        steps += [charset, prefix]
        content = CHARSETS[charset](PREFIXES[prefix](cda.decode()))
        name, media_type = draw(st.sampled_from(NAMES)), draw(st.sampled_from(TYPES))
        file = File(content, name, media_type)
    else:
        steps.append("package")
        name = draw(st.sampled_from(["IHE_XDM.ZIP", "export.zip", "x.pdf", ""]))
        media_type = draw(st.sampled_from(["application/zip", *TYPES]))
        file = File(pack(cda), name, media_type)
    for name in draw(st.lists(st.sampled_from(sorted(layers)), max_size=most)):
        steps.append(name)
        file = layers[name](file)
    if last is not None:
        name = draw(st.sampled_from(sorted(last)))
        steps.append(name)
        file = last[name](file)
    if draw(st.integers(0, 3)) == 0:
        file = evolve(file, name=draw(st.sampled_from(NAMES)))
    if draw(st.integers(0, 3)) == 0:
        file = evolve(file, media_type=draw(st.sampled_from(TYPES)))
    encodings = ["base64", "quoted-printable"]
    if is_text(file.content):
        encodings.append("8bit")
    encoding = draw(st.sampled_from(encodings))
    if file.media_type.startswith("message/") and is_text(file.content):
        encoding = draw(st.sampled_from(["8bit", "base64"]))
    disposition = draw(st.sampled_from(["attachment", "inline", ""]))
    multipart = draw(st.sampled_from(["mixed", "alternative", "related", "digest"]))
    steps += [file.media_type, file.name, encoding, disposition, multipart]
    part = part_of(file, encoding=encoding, disposition=disposition)
    return Hidden(around(part, multipart=multipart), " > ".join(steps))


def around(*parts: bytes, multipart: str = "mixed", message_id: str = "h") -> bytes:
    """Return a message of a text and the parts."""
    lines = [
        b"From: service@hopital.mssante.test",
        b"To: 279035121518989@patient.mssante.test",
        b"Subject: Compte rendu",
        b"Message-ID: <%s@hopital.mssante.test>" % message_id.encode(),
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/%s; boundary="=_dehors"' % multipart.encode(),
        b"",
        b"--=_dehors",
        b"Content-Type: text/plain; charset=utf-8",
        b"",
        b"Bonjour,",
    ]
    for part in parts:
        lines += [b"--=_dehors", part]
    return LINE.join([*lines, b"--=_dehors--", b""])
