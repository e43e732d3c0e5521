"""The measurements run, whatever the machine; no figure is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bench import page, postgresql
from bench.before import stage_rows
from bench.comparison import compare
from bench.postfix import why_not
from bench.postgresql import PostgreSql
from bench.sampler import Sampler, most, read, write
from bench.stages import Stages
from gateway.measuring.figures import Figure
from gateway.measuring.session import Scale, Session
from gateway.store.base.engine import make_engine

FIGURES = [
    Figure(what="a", value=0.123456, unit="ms"),
    Figure(what="b|c", value=321.9, unit="/s", target="≥ 150/s", met=True),
    Figure(what="d", value=12.34, unit="×", target="≤ 1", met=False),
]


def silent(_: str) -> None:
    """Say nothing."""


@pytest.mark.journey
@pytest.mark.timeout(600)
def test_gateway_bench_measures_every_part(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "--tiny", "--json"]

    done = subprocess.run(
        [*command, "--folder", str(tmp_path)], capture_output=True, check=True
    )

    told = json.loads(done.stdout)
    words = " ".join(one["what"] for one in told)
    for part in (
        "accepted",
        "filed",
        "inboxes",
        "p99",
        "idle",
        "25 MB",
        "1,000",
        "page",
    ):
        assert part in words
    assert all(one["value"] >= 0 for one in told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_acceptance_is_measured_beside_postfix_where_it_is() -> None:
    # Not below pytest's own folder, which Postfix's user may not enter.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        Path(name).chmod(0o755)
        session = Session(Path(name), Scale.tiny(), silent)

        figures = list(compare(session, rounds=1))

    assert len(figures) == (4 if why_not() else 8)


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_gateway_bench_pages_measures_every_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "pages", "--tiny"]

    done = subprocess.run(
        [*command, "--json", "--folder", str(tmp_path)], capture_output=True, check=True
    )

    told = json.loads(done.stdout)
    names = {one["what"] for one in told}
    assert len(names) == len(told) > 100
    assert {"home", "/account", "professionals: /records/<record_id>"} <= names
    assert "documents, 19 documents new since the list was made" in names
    assert all("70 documents and 65 messages" in one["reference"] for one in told)
    assert list(tmp_path.iterdir()) == []


def test_gateway_bench_keys_turns_every_key_over(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "keys", "--tiny"]

    done = subprocess.run(
        [*command, "--json", "--folder", str(tmp_path)], capture_output=True, check=True
    )

    turned, batch, destroyed = json.loads(done.stdout)
    assert "of 1200" in turned["what"]
    assert min(turned["value"], batch["value"], destroyed["value"]) > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.journey
def test_gateway_bench_journal_seals_and_proves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "journal", "--tiny"]

    done = subprocess.run(
        [*command, "--json", "--folder", str(tmp_path)], capture_output=True, check=True
    )

    told = json.loads(done.stdout)
    assert len(told) == 6
    assert told[0]["what"] == "3,000 lines of the journal sealed, 400 chains"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.journey
def test_gateway_bench_patients_imports_a_feed_and_once_more(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "patients", "--tiny"]

    done = subprocess.run(
        [*command, "--json", "--folder", str(tmp_path)], capture_output=True, check=True
    )

    first, again, memory = json.loads(done.stdout)
    assert first["what"] == "feed of patients, 300 lines imported"
    assert first["reference"].startswith("300 spaces")
    assert again["reference"].startswith("0 changes")
    assert memory["value"] > 0
    assert list(tmp_path.iterdir()) == []


def test_the_page_has_the_imports_measured_last_before_the_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    (tmp_path / "performance.md").write_text("# P\n\n### Keys\n\nk\n\n### Costs\n\nc\n")

    page.write_imports(FIGURES[:1], 1.0)
    page.write_imports(FIGURES[1:], 2.0)

    said = (tmp_path / "performance.md").read_text()
    places = [said.index(one) for one in ("### Keys", "### Imports", "### Costs\n\nc")]
    assert places == sorted(places)
    assert said.count("### Imports") == 1
    assert "322" in said
    assert "2.0 processes" in said
    assert "1.0 processes" not in said


def test_gateway_bench_directory_imports_and_searches(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "directory", "--tiny"]

    done = subprocess.run(
        [*command, "--json", "--folder", str(tmp_path)], capture_output=True, check=True
    )

    first, again, memory, search = json.loads(done.stdout)
    assert first["what"] == "national directory, 300 lines imported"
    assert again["reference"].startswith("0 changes")
    assert min(memory["value"], search["value"]) > 0
    assert list(tmp_path.iterdir()) == []


def test_gateway_bench_wants_a_folder_that_exists(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "--folder", absent]

    done = subprocess.run(command, capture_output=True, check=False)

    assert done.returncode == 2
    assert b"no such folder" in done.stderr


def test_a_figure_shows_the_digits_that_mean_something() -> None:
    assert [one.shown for one in FIGURES] == ["0.12 ms", "322 /s", "12.3 ×"]
    assert [one.verdict for one in FIGURES] == ["", "met", "missed"]


def test_the_page_keeps_what_people_wrote_of_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "docs" / "performance.md")

    page.write(FIGURES, [("processor", "one")], "python -m bench")
    text = page.PAGE.read_text("utf-8")
    page.PAGE.write_text(
        text.replace("Not measured yet: `python -m bench profile`.", "As I see it."),
        "utf-8",
    )
    stages = ("stage", "at 1a2b3c", "now", ""), [("all", "2.0 ms", "1.0 ms", "0.50 ×")]
    page.write_profile([("Accepting", "1.0 ms each", [("a.py:f", "0.50")])], stages)
    page.write_pages(FIGURES[1:], 0.5)
    page.write_pages(FIGURES[2:], 1.5)
    page.write(FIGURES[:1], [("processor", "two")], "python -m bench")

    again = page.PAGE.read_text("utf-8")
    assert "| processor | two |" in again
    assert "b\\|c" not in again
    assert again.index("As I see it.") < again.index("| a.py:f | 0.50 |")
    assert "| all | 2.0 ms | 1.0 ms | 0.50 × |" in again
    assert again.count("## What the profile shows") == 1
    assert again.count("## The patients' pages") == 1
    assert "| d | 12.3 × | ≤ 1 | missed |  |" in again
    assert "1.5 processes before it" in again


def test_stages_are_set_beside_those_of_another_commit() -> None:
    before = [{"file: step": 4.0, "gone": 1.0, "kB": 116.0}, {"file: step": 3.0}]
    before[1] |= {"gone": 2.0, "kB": 117.0}
    now = [{"file: step": 1.5, "new": 0.5, "kB": 58.0}]

    assert [*stage_rows(before, now)] == [
        ["file: step", "3.00 ms", "1.50 ms", "0.50 ×"],
        ["new", "", "0.50 ms", ""],
        ["all", "4.00 ms", "2.00 ms", "0.50 ×"],
        ["on the disk", "116.0 kB", "58.0 kB", "0.50 ×"],
    ]
    assert [*stage_rows([], now)][-1] == ["on the disk", "", "58.0 kB", ""]


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_each_stage_of_a_letter_is_measured(tmp_path: Path) -> None:
    found = Stages(tmp_path, 8).measure()

    assert {"keep: transaction", "file: step", "file: transaction"} <= set(found)
    assert all(value > 0 for value in found.values())


@pytest.mark.skipif(bool(postgresql.why_not()), reason=postgresql.why_not())
@pytest.mark.journey
def test_a_server_of_postgresql_takes_a_database_and_goes() -> None:
    # Not below pytest's own folder, which PostgreSQL's user may not enter.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        Path(name).chmod(0o755)
        with PostgreSql(Path(name) / "server") as server:
            url = server.new_database("one")
            engine = make_engine(url)
            with engine.connect() as connection:
                assert connection.exec_driver_sql("SELECT 1").scalar() == 1
            engine.dispose()
            assert len(server.pids()) > 1


def test_the_sampler_finds_who_computes(tmp_path: Path) -> None:
    def compute() -> int:
        return sum(number * number for number in range(3_000_000))

    sampler = Sampler()
    sampler.start()
    compute()
    costs = sampler.stop()

    write(costs, tmp_path / "costs")
    found = read(tmp_path / "costs")
    assert found.total > 0
    assert any(name.endswith("compute") for name, _ in most(found.within)[:20])
