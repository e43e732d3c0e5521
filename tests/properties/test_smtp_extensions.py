"""MAIL and RCPT: any text is a command or a refusal."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from gateway.mssante.smtp.extensions import (
    CommandError,
    read_mail,
    read_rcpt,
)

words = st.lists(
    st.sampled_from(
        ["FROM:", "TO:", "<a@b.test>", "<>", " ", "SIZE=1", "RET=FULL", "ENVID=a+3D",
         "NOTIFY=NEVER", "ORCPT=rfc822;a", "BODY=8BITMIME", "AUTH=<>", "<", ">", "="]
    )
    | st.text(max_size=5),
    max_size=8,
)  # fmt: skip


@given(words.map("".join))
def test_any_argument_is_a_command_or_a_refusal(argument: str) -> None:
    with contextlib.suppress(CommandError):
        assert read_mail(argument).size >= 0
    with contextlib.suppress(CommandError):
        assert "\r" not in read_rcpt(argument).orcpt
