"""ZIP archives: limits, and every way of being two archives at once (Z01 to Z03)."""

from __future__ import annotations

import contextlib
import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.xdm.archive import ArchiveLimits, open_archive, write_archive
from gateway.errors import InvalidError, NotFoundError
from tests.zips import ALL, Part, deflate, make_zip, streamed, wide_sizes, widened

MOMENT = datetime(2026, 3, 27, 14, 5)  # noqa: DTZ001 - archives hold local times
MIB = 1024 * 1024


def read_all(content: bytes, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    archive = open_archive(content, limits)
    return {name: archive.read(name) for name in archive.names}


def refusal(content: bytes, limits: ArchiveLimits | None = None) -> str:
    with pytest.raises(InvalidError) as caught:
        read_all(content, limits)
    return caught.value.public


def test_what_is_written_is_read_back() -> None:
    files = {"README.TXT": b"read me", "IHE_XDM/SUBSET01/DOC0001.XML": b"<a/>" * 99}

    content = write_archive(files.items(), MOMENT)

    assert read_all(content) == files
    assert write_archive(files.items(), MOMENT) == content


def test_an_archive_of_the_standard_library_is_read() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as written:
        written.mkdir("IHE_XDM")
        written.writestr("IHE_XDM/A.XML", b"<a/>")
        written.comment = b"made by hand"

    assert read_all(output.getvalue()) == {"IHE_XDM/A.XML": b"<a/>"}


def test_an_archive_written_as_a_stream_is_read() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    output = Pipe()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("A.XML", b"<a/>" * 50)

    assert read_all(output.getvalue()) == {"A.XML": b"<a/>" * 50}


@pytest.mark.parametrize("with_mark", [True, False])
def test_sizes_after_the_content_are_read_with_or_without_their_mark(
    with_mark: bool,
) -> None:
    content = make_zip([streamed(Part(), with_mark=with_mark), Part(name=b"B")])

    assert read_all(content) == {"FILE.TXT": b"hello", "B": b"hello"}


def after(part: Part, form: str) -> Part:
    """Return the entry with its sizes after the content as `struct` has them."""
    crc, packed = zlib.crc32(part.content), deflate(part.content)
    sizes = struct.pack(form, crc, len(packed), len(part.content))
    return evolve(part, flags=8, after=sizes)


FIRST = Part(name=b"A", content=b"hello " * 20)
PACKED = len(deflate(FIRST.content))
SIZE = len(FIRST.content)
KNOWN = evolve(FIRST, local_size=SIZE, local_packed_size=PACKED)
WIDE = "<L2Q"
MARK = b"PK\x07\x08"

SOUND = {
    "nothing known before, as Java": streamed(FIRST),
    "the size known before, as libarchive": evolve(streamed(FIRST), local_size=SIZE),
    "both sizes known before": evolve(
        streamed(FIRST), local_size=SIZE, local_packed_size=PACKED
    ),
    "all known before": after(FIRST, "<3L"),
    "eight bytes after, as Info-ZIP to a pipe": evolve(
        after(FIRST, WIDE),
        local_crc=0,
        local_size=ALL,
        local_packed_size=ALL,
        local_extra=wide_sizes(0, 0),
    ),
    "eight bytes after, with their mark": evolve(
        after(FIRST, WIDE),
        after=MARK + after(FIRST, WIDE).after,
        local_crc=0,
        local_size=0,
        local_packed_size=0,
    ),
    "a flag in the entry alone": evolve(streamed(FIRST), flags=0, local_flags=8),
    "ZIP64 before the content": evolve(
        FIRST,
        local_size=ALL,
        local_packed_size=ALL,
        local_extra=wide_sizes(SIZE, PACKED),
    ),
    "ZIP64 before the content though it need not": evolve(
        FIRST, local_extra=wide_sizes(SIZE, PACKED)
    ),
    "ZIP64 in the directory": evolve(
        KNOWN, size=ALL, packed_size=ALL, extra=wide_sizes(SIZE, PACKED)
    ),
    "ZIP64 in the directory, the offset too": evolve(
        KNOWN,
        size=ALL,
        packed_size=ALL,
        offset=ALL,
        extra=wide_sizes(SIZE, PACKED, 0),
    ),
    "ZIP64 of the size alone": evolve(KNOWN, size=ALL, extra=wide_sizes(SIZE)),
    "ZIP64 in the directory though it need not": evolve(
        FIRST, extra=wide_sizes(SIZE, PACKED, 0)
    ),
    "an effort that differs": evolve(FIRST, flags=2, local_flags=0),
    "a file without content": streamed(Part(name=b"A", content=b"")),
}


@pytest.mark.parametrize("name", SOUND)
def test_each_way_to_write_the_sizes_of_an_entry_is_read(name: str) -> None:
    part = SOUND[name]

    assert read_all(make_zip([part, Part(name=b"B")])) == {
        "A": part.content,
        "B": b"hello",
    }


@pytest.mark.parametrize("small", [True, False])
def test_a_zip64_end_is_read(small: bool) -> None:
    content = widened(make_zip([FIRST, Part(name=b"B")]), small=small)

    assert read_all(content) == {"A": FIRST.content, "B": b"hello"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"./A", "A"),
        (b"././A", "A"),
        (b".\\A", "A"),
        (b"IHE_XDM\\SUBSET01\\METADATA.XML", "IHE_XDM/SUBSET01/METADATA.XML"),
    ],
)
def test_a_name_that_only_looks_odd_is_read(written: bytes, read: str) -> None:
    archive = open_archive(
        make_zip([Part(name=b"./", content=b""), Part(name=written)])
    )

    assert archive.names == (read,)


@pytest.mark.parametrize(
    "names",
    [
        (b"./A", b"A"),
        (b"A\\B", b"A/B"),
        (b"./a", b"A"),
        (b"./", b"./"),
        (b"./", b".\\"),
    ],
)
def test_z02_two_spellings_of_one_name_are_two_entries_of_one_name(
    names: tuple[bytes, bytes],
) -> None:
    parts = [Part(name=name, content=b"") for name in names]

    assert refusal(make_zip(parts)) == "archive with the same name twice"


ZIP = shutil.which("zip")


@pytest.mark.skipif(ZIP is None, reason="zip is not installed")
@pytest.mark.parametrize(
    "options",
    [
        ["made.zip"],
        ["-0", "made.zip"],
        ["-fd", "made.zip"],
        ["-fz", "made.zip"],
        ["-"],
        ["-0", "-"],
    ],
)
def test_what_info_zip_writes_is_read(options: list[str], tmp_path: Path) -> None:
    """A stream with -fz has no ZIP64 end where one is announced: it is refused."""
    assert ZIP is not None
    (tmp_path / "IHE_XDM").mkdir()
    files = {"IHE_XDM/A.XML": b"<a/>" * 500, "IHE_XDM/B.TXT": b"", "IHE_XDM/C": b"x"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = [ZIP, "-q", "-r", *options, *sorted(files)]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    made = done.stdout or (tmp_path / "made.zip").read_bytes()

    assert read_all(made) == files


def test_what_the_standard_library_writes_in_zip64_is_read() -> None:
    output = io.BytesIO()
    with (
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as written,
        written.open("A.XML", "w", force_zip64=True) as entry,
    ):
        entry.write(b"<a/>" * 50)

    assert read_all(output.getvalue()) == {"A.XML": b"<a/>" * 50}


def test_a_folder_that_java_wrote_is_no_file() -> None:
    folder = streamed(Part(name=b"IHE_XDM/", content=b""))

    archive = open_archive(make_zip([folder, Part(name=b"IHE_XDM/A")]))

    assert archive.names == ("IHE_XDM/A",)


def test_a_file_is_found_whatever_its_case() -> None:
    archive = open_archive(make_zip([Part(name=b"Ihe_Xdm/a.xml")]))

    assert archive.find("IHE_XDM/A.XML") == "Ihe_Xdm/a.xml"
    assert archive.find("IHE_XDM/B.XML") is None


def test_a_file_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        open_archive(make_zip([Part()])).read("OTHER.TXT")
    with pytest.raises(NotFoundError):
        open_archive(make_zip([Part()])).like("OTHER.TXT")


def test_files_are_alike_by_their_size_and_their_crc() -> None:
    contents = {b"A": b"one", b"B": b"two", b"C": b"one", b"D": b"one more"}
    archive = open_archive(
        make_zip([Part(name=name, content=one) for name, one in contents.items()])
    )

    assert archive.like("A") == ("C",)
    assert archive.like("B") == archive.like("D") == ()


def test_a_file_read_again_is_the_same_small_or_large() -> None:
    sizes = (0, 16 * 1024, 16 * 1024 + 1)
    contents = [f"{at:02}".encode() * (size // 2) for at in range(20) for size in sizes]
    names = [f"F{number}" for number in range(len(contents))]
    archive = open_archive(
        make_zip(
            [
                Part(name=name.encode(), content=one)
                for name, one in zip(names, contents, strict=True)
            ]
        )
    )

    for _ in range(2):
        assert [archive.read(name) for name in names] == contents


def test_an_archive_tells_nothing_in_its_repr() -> None:
    archive = open_archive(make_zip([Part(name=b"PAT-TROIS.XML", content=b"secret")]))

    assert "PAT-TROIS" not in repr(archive)
    assert "secret" not in repr(archive)


# Limits: each refused just past its number, accepted at it.

LIMITS = ArchiveLimits(
    archive_bytes=2000,
    entries=3,
    entry_bytes=1000,
    total_bytes=1500,
    ratio=20,
    ratio_from=500,
    name_bytes=20,
    depth=2,
)


def stored(name: str, size: int) -> Part:
    return Part(name=name.encode(), content=b"x" * size, method=0)


@pytest.mark.parametrize(
    ("accepted", "refused", "text"),
    [
        (
            make_zip([stored(str(n), 1) for n in range(3)]),
            make_zip([stored(str(n), 1) for n in range(4)]),
            "archive with too many entries",
        ),
        (
            make_zip([stored("A", 1000)]),
            make_zip([stored("A", 1001)]),
            "archive with a file that is too large",
        ),
        (
            make_zip([stored("A", 1000), stored("B", 500)]),
            make_zip([stored("A", 1000), stored("B", 501)]),
            "archive with too much in it",
        ),
        (
            make_zip([stored("n" * 20, 1)]),
            make_zip([stored("n" * 21, 1)]),
            "archive with a name that is too long",
        ),
        (
            make_zip([stored("a/b/c", 1)]),
            make_zip([stored("a/b/c/d", 1)]),
            "archive with folders too deep",
        ),
        (
            make_zip([stored("A", 500)]) + b"",
            make_zip([stored("A", 500)], comment=b" " * 1500),
            "archive too large",
        ),
        (
            make_zip([Part(content=b"x" * 500)]),  # the ratio, but below its floor
            make_zip([Part(content=b"x" * 501)]),
            "archive that unpacks far too large",
        ),
    ],
)
def test_each_limit_refuses_just_past_its_number(
    accepted: bytes, refused: bytes, text: str
) -> None:
    read_all(accepted, LIMITS)

    assert refusal(refused, LIMITS) == text


def test_the_default_limits_are_the_documented_ones() -> None:
    limits = ArchiveLimits()

    assert limits.entries == 100
    assert limits.entry_bytes == 25 * MIB
    assert limits.total_bytes == 50 * MIB
    assert (limits.ratio, limits.ratio_from) == (200, MIB)
    many = make_zip([Part(name=str(n).encode(), content=b"") for n in range(101)])
    assert refusal(many) == "archive with too many entries"


def test_xml_and_base64_that_pack_well_are_read() -> None:
    row = b"<tr><td>%d</td><td>Amoxicilline 500 mg</td></tr>"
    content = b"".join(row % number for number in range(60_000))
    assert len(content) > 2 * MIB

    assert read_all(make_zip([Part(content=content)])) == {"FILE.TXT": content}


# Z01: bombs.


def test_z01_a_bomb_is_refused_by_what_it_announces() -> None:
    bomb = Part(content=bytes(5 * MIB))

    assert refusal(make_zip([bomb])) == "archive that unpacks far too large"


def test_z01_a_bomb_that_announces_little_is_stopped_on_the_stream() -> None:
    bomb = Part(content=bytes(24 * MIB), size=1000)

    assert refusal(make_zip([bomb])) == "archive with a file larger than announced"


def test_z01_a_bomb_hidden_by_padding_is_stopped_on_the_stream() -> None:
    padding = b"\x00" * 100_000
    bomb = Part(content=bytes(15 * MIB), packed=deflate(bytes(15 * MIB)) + padding)

    assert refusal(make_zip([bomb])) == "archive that unpacks far too large"


def test_z01_an_archive_in_the_archive_is_never_opened() -> None:
    inner = make_zip([Part(content=bytes(MIB))])
    nested = make_zip([Part(name=b"INNER.ZIP", content=inner, method=0)])

    assert read_all(nested) == {"INNER.ZIP": inner}


def test_z01_overlapping_entries_are_refused() -> None:
    first = Part(name=b"A", content=b"x" * 100)
    second = Part(name=b"B", content=b"x" * 100, offset=0, local_name=b"A")

    text = "archive whose entries overlap, or are out of order"
    assert refusal(make_zip([first, second])) == text


def test_z01_an_entry_that_quotes_the_next_one_is_refused() -> None:
    """The non-recursive bomb: files whose streams run over the headers that follow."""
    second = Part(name=b"B", content=b"x" * 50)
    first = Part(name=b"A", content=b"x" * 50, method=0, packed_size=140, size=140)

    assert "archive" in refusal(make_zip([first, second]))


@pytest.mark.parametrize("announced", [0, 1, 65534])
def test_z01_a_count_of_entries_that_lies_is_refused(announced: int) -> None:
    parts = [Part(name=str(n).encode()) for n in range(2)]

    assert "archive" in refusal(
        make_zip(parts, count=announced), ArchiveLimits(entries=65535)
    )


NO_WIDE_END = "archive without the ZIP64 end that it announces"
NO_WIDE_SIZES = "archive without the ZIP64 sizes that it announces"
DAMAGED_WIDE = "archive with damaged ZIP64 sizes"
TWO_SIZES = "archive whose entry has two sizes"


@pytest.mark.parametrize(
    ("lie", "text"),
    [
        (make_zip([Part()], count=0xFFFF), NO_WIDE_END),
        (make_zip([Part()], directory=0xFFFFFFFF), NO_WIDE_END),
        (make_zip([Part(size=ALL)]), NO_WIDE_SIZES),
        (make_zip([Part(packed_size=ALL)]), NO_WIDE_SIZES),
        (make_zip([Part(offset=ALL)]), NO_WIDE_SIZES),
        (make_zip([Part(local_size=ALL)]), NO_WIDE_SIZES),
        (make_zip([Part(extra=wide_sizes(10**15))]), TWO_SIZES),
        (make_zip([Part(local_extra=wide_sizes(10**15))]), TWO_SIZES),
        (make_zip([Part(extra=wide_sizes(5, 7, 1))]), TWO_SIZES),
        (make_zip([Part(extra=wide_sizes(5) * 2)]), TWO_SIZES),
        (make_zip([Part(size=ALL, extra=wide_sizes())]), DAMAGED_WIDE),
        (make_zip([Part(extra=wide_sizes(5, 7, 0, 1))]), DAMAGED_WIDE),
        (
            make_zip([Part(size=ALL, packed_size=ALL, extra=wide_sizes(5))]),
            DAMAGED_WIDE,
        ),
        (make_zip([Part(offset=ALL, extra=wide_sizes(5, 7))]), DAMAGED_WIDE),
        (
            make_zip([Part(size=ALL, local_size=5, extra=wide_sizes(10**15))]),
            TWO_SIZES,
        ),
        (
            make_zip([Part(local_size=ALL, local_extra=wide_sizes(4))]),
            TWO_SIZES,
        ),
        (
            make_zip([Part(offset=ALL, extra=wide_sizes(1))]),
            "archive whose entries overlap, or are out of order",
        ),
    ],
)
def test_z01_zip64_numbers_that_lie_are_refused(lie: bytes, text: str) -> None:
    assert refusal(lie) == text


MISPLACED = "archive with a ZIP64 end that is not where it says"
DIFFER = "archive with two ends that differ"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"at": 1}, MISPLACED),
        ({"disks": 2}, MISPLACED),
        ({"locator_disk": 1}, MISPLACED),
        ({"mark": b"PK\x06\x05"}, "archive with a damaged ZIP64 end"),
        ({"length": 45}, "archive with a damaged ZIP64 end"),
        ({"count": 2}, DIFFER),
        ({"size": 1}, DIFFER),
        ({"directory": 1}, DIFFER),
        ({"disk": 1}, DIFFER),
        ({"count": 2, "small": False}, "archive with a damaged directory"),
        ({"disk": 1, "small": False}, "archive in several volumes"),
        (
            {"directory": 1, "small": False},
            "archive with two ends, or bytes before its entries",
        ),
    ],
)
def test_z01_a_zip64_end_that_lies_is_refused(
    changes: dict[str, Any], text: str
) -> None:
    assert refusal(widened(make_zip([Part()]), **changes)) == text


def test_z01_a_zip64_end_alone_is_refused() -> None:
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)

    assert refusal(make_zip([Part()], before_end=locator)) == MISPLACED
    assert refusal(locator + make_zip([])) == MISPLACED


@pytest.mark.parametrize("size", [0x80000000, 0xFFFFFFFE])
def test_z01_negative_sizes_are_refused(size: int) -> None:
    assert "archive" in refusal(make_zip([Part(size=size)]))
    assert "archive" in refusal(make_zip([Part(packed_size=size)]))


def test_z01_sizes_after_the_content_that_lie_are_refused() -> None:
    honest = streamed(Part())
    lying = evolve(honest, after=honest.after[:-1] + b"\x7f")

    assert refusal(make_zip([lying])) == "archive whose entry has two sizes"


# Z02: names.


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"../A", "archive with a name that leaves its folder"),
        (b"IHE_XDM/../../A", "archive with a name that leaves its folder"),
        (b"A/./B", "archive with a name that leaves its folder"),
        (b"./../A", "archive with a name that leaves its folder"),
        (b".//A", "archive with a name that leaves its folder"),
        (b"A//B", "archive with a name that leaves its folder"),
        (b"", "archive with a name that leaves its folder"),
        (b"/etc/passwd", "archive with an absolute name"),
        (b"//server/share", "archive with an absolute name"),
        (b"C:/A", "archive with an absolute name"),
        (b"C:A", "archive with an absolute name"),
        (b"C:\\A", "archive with an absolute name"),
        (b"\\\\server\\share", "archive with an absolute name"),
        (b"..\\A", "archive with a name that leaves its folder"),
        (b"A\\..\\B", "archive with a name that leaves its folder"),
        (b"A\\\\B", "archive with a name that leaves its folder"),
        (b"A\x00.XML", "archive with a NUL in a name"),
        (b"A\n.XML", "archive with a forbidden character in a name"),
        (b"A.XML:stream", "archive with a forbidden character in a name"),
        (b"A?", "archive with a forbidden character in a name"),
        (b"NUL", "archive with the name of a device"),
        (b"IHE_XDM/con.xml", "archive with the name of a device"),
        (b"IHE_XDM/Lpt1.TXT", "archive with the name of a device"),
        (b"AUX /A", "archive with a name that begins or ends with a dot or a space"),
        (b"A.XML.", "archive with a name that begins or ends with a dot or a space"),
        (b"A.XML ", "archive with a name that begins or ends with a dot or a space"),
        (b" A.XML", "archive with a name that begins or ends with a dot or a space"),
        (b"\x82t\x82.XML", "archive with a name in an unknown encoding"),
    ],
)
def test_z02_an_unsafe_name_is_refused(name: bytes, text: str) -> None:
    assert refusal(make_zip([Part(name=name)])) == text


@pytest.mark.parametrize(
    "name", ["A\u202eLMX.EXE", "A\u200b.XML", "A\ue000.XML", "LPT\u00b9.XML"]
)
def test_z02_a_name_that_looks_like_another_is_refused(name: str) -> None:
    assert "archive" in refusal(make_zip([Part(name=name.encode(), flags=0x800)]))


def test_z02_a_name_that_is_not_utf8_though_it_says_so_is_refused() -> None:
    text = "archive with a name in an unknown encoding"
    assert refusal(make_zip([Part(name=b"\xff.XML", flags=0x800)])) == text


@pytest.mark.parametrize("kind", [0o120777, 0o020666, 0o060666, 0o010666, 0o140666])
def test_z02_a_link_or_a_device_is_refused(kind: int) -> None:
    link = Part(content=b"/etc/passwd", attributes=kind << 16)

    assert refusal(make_zip([link])) == "archive with a link or a special file"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A.XML", "A.XML"),
        ("A.XML", "a.xml"),
        ("IHE_XDM/A", "ihe_xdm/a"),
        ("\u00e9.XML", "e\u0301.XML"),
        ("A", "A/"),
    ],
)
def test_z02_names_that_a_file_system_confuses_are_refused(
    one: str, other: str
) -> None:
    parts = [
        Part(name=name.encode(), content=b"", flags=0x800) for name in (one, other)
    ]

    assert refusal(make_zip(parts)) == "archive with the same name twice"


def test_z02_a_file_that_is_also_a_folder_is_refused() -> None:
    parts = [Part(name=b"IHE_XDM"), Part(name=b"ihe_xdm/A")]

    text = "archive with a file and a folder of one name"
    assert refusal(make_zip(parts)) == text


def test_z02_a_folder_with_content_is_refused() -> None:
    text = "archive with content under the name of a folder"
    assert refusal(make_zip([Part(name=b"A/")])) == text


# Z03: what two readers would read differently.


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (make_zip([Part(local_name=b"EVIL.TXT")]), "archive whose entry has two names"),
        (make_zip([Part(local_size=4)]), "archive whose entry has two sizes"),
        (make_zip([Part(local_packed_size=4)]), "archive whose entry has two sizes"),
        (make_zip([Part(local_crc=4)]), "archive whose entry has two sizes"),
        (
            make_zip([Part(local_method=0)]),
            "archive whose entry is described in two ways",
        ),
        (
            make_zip([Part(local_flags=0x800)]),
            "archive whose entry is described in two ways",
        ),
        (
            make_zip([Part(name=b"A"), Part(name=b"B")], directory_order=[1, 0]),
            "archive whose entries overlap, or are out of order",
        ),
        (
            make_zip([Part(method=0, size=3)]),
            "archive whose stored entry has two sizes",
        ),
        (make_zip([Part()], suffix=b"MORE"), "archive with bytes after its end"),
        (make_zip([Part()], comment_length=9), "archive with bytes after its end"),
        (
            make_zip([Part()], prefix=b"MZ", shift=-2),
            "archive with two ends, or bytes before its entries",
        ),
        (
            make_zip([Part()], prefix=b"MZ"),
            "archive whose entries overlap, or are out of order",
        ),
        (
            make_zip([Part(after=b"hidden")]),
            "archive with bytes that belong to no entry",
        ),
        (
            make_zip([Part()], before_directory=b"hidden"),
            "archive with bytes that belong to no entry",
        ),
        (
            make_zip([Part(name=b"A", after=b"hidden"), Part(name=b"B")]),
            "archive with bytes that belong to no entry",
        ),
        (make_zip([Part(flags=1)]), "archive that is encrypted"),
        (make_zip([Part(flags=0x40)]), "archive that is encrypted"),
        (
            make_zip([Part(extra=struct.pack("<2H7s", 0x9901, 7, b""))]),
            "archive that is encrypted",
        ),
        (make_zip([Part(flags=0x20)]), "archive with flags that are not accepted"),
        (
            make_zip([Part(method=12, packed=b"x")]),
            "archive packed by a method that is not accepted",
        ),
        (
            make_zip([Part(method=9, packed=b"x")]),
            "archive packed by a method that is not accepted",
        ),
        (make_zip([Part(disk=1)]), "archive in several volumes"),
        (
            make_zip([Part(extra=struct.pack("<2HBL4s", 0x7075, 9, 1, 0, b"EVIL"))]),
            "archive whose entry has two names",
        ),
        (make_zip([Part(extra=b"\x01\x00\xff\x00")]), "archive with a damaged entry"),
        (make_zip([Part(extra=b"\x02\x00\xff\x00")]), "archive with a damaged entry"),
        (
            make_zip([Part(packed=deflate(b"hello") + b"hidden")]),
            "archive with bytes hidden after a file",
        ),
        (
            make_zip([Part(packed=deflate(b"hello")[:-2])]),
            "archive with a file that is cut short",
        ),
        (make_zip([Part(packed=b"\xff\xff\xff")]), "archive with a damaged file"),
        (make_zip([Part(crc=1)]), "archive with a damaged file (CRC)"),
        (make_zip([Part(size=9)]), "archive with a file that is cut short"),
        (b"", "not a ZIP archive"),
        (b"%PDF-1.4 not an archive", "not a ZIP archive"),
        (make_zip([Part()])[:-5], "archive cut short"),
    ],
)
def test_z03_an_archive_with_two_readings_is_refused(content: bytes, text: str) -> None:
    assert refusal(content).startswith(text)


def test_z03_two_archives_one_after_the_other_are_refused() -> None:
    one, other = make_zip([Part(name=b"A")]), make_zip([Part(name=b"B")])

    assert "archive" in refusal(one + other)


def test_z03_an_end_hidden_in_the_comment_of_another_is_refused() -> None:
    inner = make_zip([Part(name=b"A")])

    assert "archive" in refusal(make_zip([Part(name=b"B")], comment=inner))
    assert "archive" in refusal(make_zip([Part()], before_end=inner[-22:]))


@given(st.binary(max_size=400))
def test_any_bytes_give_an_archive_or_a_refusal(content: bytes) -> None:
    with contextlib.suppress(InvalidError):
        read_all(content)


HONEST = make_zip([streamed(Part(name=b"A")), Part(name=b"B/C", method=0)])


@given(st.integers(0, len(HONEST) - 1), st.integers(0, 255))
def test_one_changed_byte_gives_the_same_files_or_a_refusal(at: int, byte: int) -> None:
    """Times, versions and the like may change; what is read may not, names aside."""
    changed = HONEST[:at] + bytes([byte]) + HONEST[at + 1 :]
    try:
        found = read_all(changed)
    except InvalidError:
        return
    assert list(found.values()) == [b"hello", b"hello"]
