"""Which conversation a message stands in, as whoever shows conversations asks it."""

from __future__ import annotations

import pytest

from gateway.message.threading import MOST_REFERENCES, Threaded, gather


def said(
    subject: str, name: str = "", *references: str, of_all: bool = False
) -> Threaded:
    return Threaded(
        message_id=name, references=references, subject=subject, is_of_all=of_all
    )


END = said("[FIN]", of_all=True)
LONG = tuple(f"other-{number}" for number in range(MOST_REFERENCES))

CASES: dict[str, tuple[list[Threaded], list[list[int]]]] = {
    "nothing": ([], []),
    "another subject is another conversation": (
        [said("Bilan"), said("Vaccin"), said("RE: Bilan"), said("vaccin")],
        [[0, 2], [1, 3]],
    ),
    "what is answered counts before the subject": (
        [said("Bilan", "a"), said("Vaccin", "b"), said("Vaccin", "c", "a")],
        [[0, 2], [1]],
    ),
    "the newest of those referred to counts": (
        [said("Bilan", "a"), said("Vaccin", "b"), said("x", "", "b", "a")],
        [[0], [1, 2]],
    ),
    "a subject that was changed begins nothing for those after it": (
        [said("Bilan", "a"), said("Douleur", "b", "a"), said("Douleur", "c")],
        [[0, 1], [2]],
    ),
    "what nobody here wrote says nothing": (
        [said("Bilan", "a"), said("Vaccin", "b", "elsewhere")],
        [[0], [1]],
    ),
    "a message without an id is never answered": (
        [said("Bilan"), said("Vaccin", "b", "")],
        [[0], [1]],
    ),
    "an end stands with the last message, whatever came before": (
        [said("Bilan"), said("Vaccin"), said("Bilan"), END],
        [[0, 2, 3], [1]],
    ),
    "an end alone is a conversation": ([END, said("Bilan")], [[0], [1]]),
    "as many references as there may be": (
        [said("Bilan", "a"), said("x", "", "a", *LONG[1:])],
        [[0, 1]],
    ),
    "one more, and the farthest does not count": (
        [said("Bilan", "a"), said("x", "", "a", *LONG)],
        [[0], [1]],
    ),
}


@pytest.mark.parametrize(("messages", "gathered"), CASES.values(), ids=CASES)
def test_messages_gather_to_conversations(
    messages: list[Threaded], gathered: list[list[int]]
) -> None:
    numbered = range(len(messages))

    assert gather(numbered, lambda number: messages[number]) == gathered
