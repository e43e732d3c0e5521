"""The files of an extraction: streamed, within what the operator allows."""

from __future__ import annotations

import random
import zipfile
from datetime import date
from pathlib import Path

import pytest

from gateway.core.directory_extract import MOST_LINE
from gateway.documents.directory_files import MOST_ENTRIES, ExtractFiles
from gateway.errors import InvalidError

MOST = 1_000_000
NAME = "PS_LibreAcces_Personne_activite_202611280815.txt"


def pack(folder: Path, entries: dict[str, bytes]) -> Path:
    file = folder / "extract.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file


def test_the_files_of_a_zip_are_told_apart_by_their_names(tmp_path: Path) -> None:
    file = pack(
        tmp_path,
        {
            "PS_LibreAcces_Dipl_AutExerc_202611280815.txt": b"other\n",
            "PS_LibreAcces_SavoirFaire_202611280815.txt": b"s\n",
            f"../{NAME}": b"a\nb",
        },
    )

    with ExtractFiles(file, None, MOST) as files:
        assert files.day == date(2026, 11, 28)
        assert files.has_skills
        assert list(files.activities()) == [b"a\n", b"b"]
        assert list(files.skills()) == [b"s\n"]


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    file, skills = tmp_path / "x.txt", tmp_path / "s.txt"
    file.write_bytes(b"a\n")
    skills.write_bytes(b"s\n")

    with ExtractFiles(file, skills, MOST) as files:
        assert files.day is None
        assert list(files.activities()) == [b"a\n"]
        assert list(files.skills()) == [b"s\n"]
    with ExtractFiles(file, None, MOST) as files:
        assert not files.has_skills
        assert list(files.skills()) == []


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("activite_20261128.txt", date(2026, 11, 28)),
        ("activite_202611281205.txt", date(2026, 11, 28)),
        ("activite_20261340.txt", None),
        ("activite.txt", None),
    ],
)
def test_the_day_is_in_the_name(tmp_path: Path, name: str, day: date | None) -> None:
    (tmp_path / name).write_bytes(b"")

    with ExtractFiles(tmp_path / name, None, MOST) as files:
        assert files.day == day


def test_a_line_without_an_end_is_cut_and_the_next_one_is_whole(
    tmp_path: Path,
) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(b"x" * (3 * MOST_LINE) + b"\nnext\n")

    with ExtractFiles(file, None, MOST) as files:
        long, after = files.activities()

    assert len(long) == MOST_LINE + 1
    assert after == b"next\n"


@pytest.mark.parametrize("size", [MOST_LINE, MOST])
def test_more_than_is_allowed_is_not_read(tmp_path: Path, size: int) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(b"x" * size + b"\n")

    with ExtractFiles(file, None, size + 1) as files:
        assert len(list(files.activities())) == 1
    with (
        ExtractFiles(file, None, size) as files,
        pytest.raises(InvalidError, match=f"more than {size} bytes"),
    ):
        list(files.activities())


def test_a_zip_that_says_it_is_larger_is_not_opened(tmp_path: Path) -> None:
    bomb = pack(tmp_path, {NAME: b"0" * 2_000_000})

    with pytest.raises(InvalidError, match="more than 1999999 bytes"):
        ExtractFiles(bomb, None, 1_999_999)
    with ExtractFiles(bomb, None, 2_000_000) as files:
        list(files.activities())


def test_a_zip_of_too_many_files_or_none_is_refused(tmp_path: Path) -> None:
    for entries in (
        {f"{number}.txt": b"" for number in range(MOST_ENTRIES)} | {NAME: b""},
        {"other.txt": b"x"},
        {NAME: b"x", f"again_{NAME}": b"y"},
    ):
        with pytest.raises(InvalidError):
            ExtractFiles(pack(tmp_path, entries), None, MOST)


def test_a_zip_that_is_damaged_is_refused(tmp_path: Path) -> None:
    """Wherever a byte is another, it is refused or the same is read."""
    lines = b"".join(b"%d|%d\n" % (one, one * one) for one in range(500))
    file = pack(tmp_path, {NAME: lines})
    whole, chance = file.read_bytes(), random.Random(3)
    with ExtractFiles(file, None, MOST) as files:
        said = list(files.activities())
    for _ in range(60):
        place = chance.randrange(len(whole))
        broken = bytes([*whole[:place], whole[place] ^ 0x41, *whole[place + 1 :]])
        file.write_bytes(broken)
        try:
            with ExtractFiles(file, None, MOST) as files:
                read = list(files.activities())
        except InvalidError:
            continue
        assert read == said


def test_a_file_that_is_encrypted_is_refused(tmp_path: Path) -> None:
    file = pack(tmp_path, {NAME: b"a\n"})
    content = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    file.write_bytes(content)

    with pytest.raises(InvalidError, match="encrypted"):
        ExtractFiles(file, None, MOST)
