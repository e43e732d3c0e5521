"""Each line of docs/runbook.md is held by a test that makes the fault and reads it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PAGE = Path("docs/runbook.md")

OUTAGES = "tests/journeys/test_outages.py"
FAILURES = "tests/journeys/test_failures.py"
MISTAKES = "tests/journeys/test_operator_mistakes.py"
RELOADING = "tests/journeys/test_reloading.py"
PROBING = "tests/node/test_probing.py"

HELD_BY = {
    "no answer for": (
        OUTAGES,
        "test_a_frozen_server_is_said_in_time_and_the_service_goes_on_when_it_does",
    ),
    "/readyz does not answer": (
        OUTAGES,
        "test_a_frozen_first_process_answers_nothing_and_its_supervisor_is_not_told",
    ),
    "the database is damaged": (OUTAGES, "test_damaged_pages_are_not_readiness"),
    "bytes free": (FAILURES, "test_with_too_little_room_nothing_is_let_in"),
    "does not say whose it is": (
        PROBING,
        "test_a_blob_folder_that_is_not_mounted_is_seen_while_it_runs",
    ),
    "blobs that were looked for are not in": (
        PROBING,
        "test_blobs_that_are_gone_are_seen_by_a_sample",
    ),
    "ours ended on": (
        PROBING,
        "test_our_own_certificate_that_ends_is_said_before_and_after",
    ),
    "ours ends on": (
        PROBING,
        "test_our_own_certificate_that_ends_is_said_before_and_after",
    ),
    "has said nothing for": (
        "tests/journeys/test_receiving.py",
        "test_a_receiver_that_is_frozen_is_seen",
    ),
    "workers ended while they had this": (
        FAILURES,
        "test_a_letter_that_ends_its_worker_is_given_up_and_its_neighbours_are_filed",
    ),
    "does not come to an end: the process ends": (
        FAILURES,
        "test_a_worker_that_does_not_come_to_an_end_ends_and_another_files_the_rest",
    ),
    "ended within the last minute": (
        "tests/node/test_processes.py",
        "test_one_that_ended_is_started_again_and_seen_for_a_minute",
    ),
    **dict.fromkeys(
        (
            "ALLOWLIST_OLD",
            "ALLOWLIST_NOT_TAKEN",
            "ALLOWLIST_SHRUNK",
            "CRL_NOT_TAKEN",
            "CRL_LEFT_OUT",
            "NAMES_ANYBODY",
        ),
        (
            "tests/cli/test_trust.py",
            "test_each_sign_of_the_trust_space_is_said_by_its_name",
        ),
    ),
    "CRL_EXPIRED": (
        FAILURES,
        "test_late_revocation_lists_refuse_unless_a_setting_says_how_late",
    ),
    "CRL_MISSING": (FAILURES, "test_without_revocation_lists_nobody_comes_in"),
    "messages wait there, more than": (
        PROBING,
        "test_many_messages_in_quarantine_are_for_a_person",
    ),
    "reports of patients were looked at by nobody for": (
        PROBING,
        "test_what_a_patient_reported_and_nobody_looked_at_is_for_a_person",
    ),
    "blob files belong to no row": (
        "tests/store/sealed/test_strays.py",
        "test_more_than_a_few_are_held_until_a_person_says_so",
    ),
    "the journal is not sealed": (
        "tests/node/test_sealing.py",
        "test_a_line_that_is_missing_stops_sealing_and_is_said_until_it_is_back",
    ),
    "the last checkpoint is": (
        "tests/node/test_sealing.py",
        "test_a_signer_that_is_away_is_said_once_the_last_checkpoint_is_old",
    ),
    "have been due for": (
        PROBING,
        "test_tasks_that_no_worker_does_are_said_to_wait",
    ),
    "wait for a review since": (
        PROBING,
        "test_an_access_that_nobody_reviewed_in_time_is_for_a_person",
    ),
    "were altered in the database": (
        PROBING,
        "test_an_access_that_nobody_reviewed_in_time_is_for_a_person",
    ),
    "tasks wait for a person": (PROBING, "test_what_was_given_up_is_for_a_person"),
    "the database does not answer": (
        OUTAGES,
        "test_a_server_that_is_away_is_two_lines_of_the_log_for_each_process",
    ),
    "storage failed": (
        FAILURES,
        "test_after_an_fsync_that_failed_nothing_more_is_accepted",
    ),
    "times a row was refused that was not as it was written": (
        MISTAKES,
        "test_a_row_that_somebody_else_wrote_is_refused_and_said",
    ),
    "the file of the database was moved or replaced while it was open": (
        MISTAKES,
        "test_a_database_put_back_under_a_running_service_ends_it",
    ),
    "are not read again, those in use stay": (
        RELOADING,
        "test_a_broken_certificate_is_not_taken_and_the_old_one_stays",
    ),
    "the clock was set back": (
        "tests/node/test_presence.py",
        "test_a_clock_that_was_set_back_is_followed_and_said",
    ),
    "waits: one administrator asks": (
        "tests/cli/test_roles.py",
        "test_who_writes_the_settings_gives_nobody_a_role",
    ),
    "there is no database at": (
        MISTAKES,
        "test_a_typo_in_the_address_of_the_database_makes_nothing_and_removes_nothing",
    ),
    "belongs to another database": (
        MISTAKES,
        "test_another_gateways_database_is_refused",
    ),
    "is not the master key this database was encrypted with": (
        FAILURES,
        "test_another_master_key_is_refused",
    ),
    "another program listens there": (FAILURES, "test_each_taken_port_is_named"),
    "not done yet: a second operator confirms it until": (
        "tests/cli/test_requests.py",
        "asked_for",
    ),
    "those of digests turn over since": (
        "tests/cli/test_keys.py",
        "test_keys_of_digests_turn_over_and_a_turn_that_was_ended_goes_on",
    ),
    "names one account: nobody confirms what it asks": (
        "tests/cli/test_requests.py",
        "test_the_doctor_says_where_there_is_no_second_one",
    ),
    **dict.fromkeys(
        (
            "the provider has no introspection: no token signs in",
            "a logout is not told to us: sessions of mail go on for",
            "sessions of mail outlast those of the provider",
        ),
        (
            "tests/cli/test_doctor_provider.py",
            "test_what_is_not_safe_of_tokens_for_mail",
        ),
    ),
    "other bytes than those that were filed": (
        "tests/cli/test_vault.py",
        "test_a_check_says_which_documents_are_damaged_and_ends_with_1",
    ),
}


def seen() -> list[str]:
    """Return the words of each line of the page: the last in code of its first cell."""
    rows = [
        line.split("|")[1]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| what", "| ---"))
    ]
    return [re.findall("`([^`]+)`", cell)[-1] for cell in rows]


def test_each_line_of_the_page_has_its_test_and_each_test_its_line() -> None:
    assert sorted(seen()) == sorted(HELD_BY)


@pytest.mark.parametrize("words", sorted(HELD_BY))
def test_that_test_reads_the_words_of_the_page(words: str) -> None:
    file, name = HELD_BY[words]
    source = Path(file).read_text("utf-8")
    (found,) = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    said = "".join(
        part.value
        for part in ast.walk(found)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )

    assert words in said or words in " ".join(said.split())
