"""What somebody who is not signed in says of themselves, as the forms take it."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.rights.recovery_rules import ItemsSaid, card_serial
from gateway.web.site.forms import Form

FIELDS = ("number", "born", "card")


@frozen(kw_only=True)
class SaidWho:
    """A number and what is said with it; ``wrong`` names the fields to write again."""

    number: str = field(repr=False)
    items: ItemsSaid = field(repr=False)
    wrong: tuple[str, ...]


def read_who(form: Form) -> SaidWho:
    """Return what a form says; what is wrong in it is empty here."""
    number, born = number_of(form.line("number")), birth_date_of(form.line("born"))
    wrong = [name for name, one in (("number", number), ("born", born)) if not one]
    card = form.line("card")
    try:
        card = card_serial(card) if card else ""
    except InvalidError:
        card = ""
        wrong.append("card")
    items = ItemsSaid(birth_date=born, card=card)
    return SaidWho(number=number, items=items, wrong=tuple(wrong))


def number_of(text: str) -> str:
    """
    Return an INS or social security number as it is kept, or an empty text.

    >>> number_of("2 79 03 51 215 189 89"), number_of("27903")
    ('279035121518989', '')
    """
    number = "".join(text.split()).upper()
    return number if len(number) == 15 and number.isascii() and number.isalnum() else ""


def birth_date_of(text: str) -> str:
    """
    Return a birth date as it is kept, YYYYMMDD, or an empty text.

    Written by the browser's own field, or by hand as in France.

    >>> birth_date_of("1979-03-28"), birth_date_of("28/3/1979"), birth_date_of("1979")
    ('19790328', '19790328', '')
    """
    parts = text.replace("/", "-").replace(".", "-").replace(" ", "-").split("-")
    if len(parts) != 3 or not all(one.isascii() and one.isdigit() for one in parts):
        return ""
    if len(parts[0]) != 4:
        parts.reverse()
    try:
        return date(*(int(one) for one in parts)).strftime("%Y%m%d")
    except ValueError:
        return ""
