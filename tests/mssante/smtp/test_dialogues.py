"""The SMTP doors, line by line: the transcripts of tests/dialogues."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogue import dialogues, play
from tests.mssante.smtp.doors import running_node


@pytest.mark.parametrize("file", dialogues("smtp-"), ids=lambda file: file.stem)
def test_the_doors_speak_as_written(
    file: Path, tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        play(file, node)
