"""Who gave a command is what the kernel says, whatever the environment pretends."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from gateway.cli.operators import account_name, login_uid, operator_name


def test_the_account_that_logged_in_counts(tmp_path: Path) -> None:
    file = tmp_path / "loginuid"
    file.write_text("0", "ascii")

    assert login_uid(file) == 0
    assert operator_name(file) == pwd.getpwuid(0).pw_name


@pytest.mark.parametrize("text", ["4294967295", "", "somebody"])
def test_without_a_login_it_is_the_account_of_the_process(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "loginuid"
    file.write_text(text, "ascii")

    assert login_uid(file) == os.getuid()
    assert login_uid(tmp_path / "none") == os.getuid()


@pytest.mark.parametrize("name", ["SUDO_USER", "SUDO_UID", "USER", "LOGNAME"])
def test_no_variable_of_the_environment_names_anybody(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = operator_name()
    monkeypatch.setenv(name, "camille")

    assert operator_name() == before != "camille"


def test_a_number_without_a_name_is_a_number() -> None:
    assert account_name(2**31 - 7) == f"uid {2**31 - 7}"
