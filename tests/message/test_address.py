"""One text, one address: what is read, and what is refused (S08, S09)."""

from __future__ import annotations

import pytest

from gateway.errors import InvalidError
from gateway.message.address import read_address, read_mailboxes

GOOD = [
    ("a@b.test", "a@b.test"),
    ("Dr.Martin+x@Hopital.TEST", "Dr.Martin+x@hopital.test"),
    ("a@localhost", "a@localhost"),
    ("x_y-z=1@xn--hpital-xya.test", "x_y-z=1@xn--hpital-xya.test"),
    ("a" * 64 + "@b.test", "a" * 64 + "@b.test"),
]


@pytest.mark.parametrize(("text", "address"), GOOD)
def test_a_plain_address_is_read(text: str, address: str) -> None:
    assert str(read_address(text)) == address


BAD = [
    "",
    "a",
    "@b.test",
    "a@",
    "a@b@c.test",
    '"a b"@c.test',
    '"a"@c.test',
    "a.@b.test",
    ".a@b.test",
    "a..b@c.test",
    "a@b.test.",
    "a@.test",
    "a@b..test",
    "a@-b.test",
    "a@b-.test",
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@b_c.test",
    "a%c.test@b.test",
    "c.test!a@b.test",
    "@x.test:a@b.test",
    "a(comment)@b.test",
    "a@b.test (comment)",
    "a b@c.test",
    "a@b.test\n",
    "a@b.test\x00",
    "é@b.test",
    "a@hôpital.test",
    "а@b.test",  # noqa: RUF001 (a Cyrillic letter)
    "a" * 65 + "@b.test",
    "a@" + "b" * 64 + ".test",
    "a@" + "b." * 130 + "test",
]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        read_address(text)


LISTS = [
    ("a@b.test", [("a@b.test", "")]),
    ("<a@b.test>", [("a@b.test", "")]),
    ("Dr Martin <a@b.test>", [("a@b.test", "Dr Martin")]),
    ('"Martin, Dr" <a@b.test>', [("a@b.test", "Martin, Dr")]),
    (r'"a \"b\" c" <a@b.test>', [("a@b.test", 'a "b" c')]),
    ("Dr. Martin <a@b.test>, c@d.test", [("a@b.test", "Dr. Martin"), ("c@d.test", "")]),
    ("=?utf-8?q?=C3=A9?= <a@b.test>", [("a@b.test", "=?utf-8?q?=C3=A9?=")]),
    (
        "MAILER-DAEMON@b.test (Mail (Delivery) System)",
        [("MAILER-DAEMON@b.test", "")],
    ),
    ('"x@y.test" <a@b.test>', [("a@b.test", "x@y.test")]),
]


@pytest.mark.parametrize(("text", "found"), LISTS)
def test_a_list_of_mailboxes_is_read(text: str, found: list[tuple[str, str]]) -> None:
    read = read_mailboxes(text)

    assert [(str(one.address), one.name) for one in read] == found


BAD_LISTS = [
    "",
    ",",
    "a@b.test,",
    "a@b.test c@d.test",
    "a@b.test <c@d.test>",
    "<a@b.test> <c@d.test>",
    "<a@b.test> x",
    "undisclosed-recipients:;",
    "group: a@b.test;",
    "a(b)@c.test",
    "<a@b.test",
    '"open <a@b.test>',
    "(open a@b.test",
    "x <>",
    "Dr <@b.test:a@c.test>",
    "((((((((((a))))))))))b@c.test",
]


@pytest.mark.parametrize("text", BAD_LISTS)
def test_a_list_with_two_readings_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        read_mailboxes(text)


def test_addresses_beyond_the_limit_are_refused() -> None:
    assert len(read_mailboxes(",".join(["a@b.test"] * 500))) == 500
    with pytest.raises(InvalidError):
        read_mailboxes(",".join(["a@b.test"] * 501))


def test_an_address_is_not_shown_by_repr() -> None:
    assert "279035121518989" not in repr(read_address("279035121518989@b.test"))
