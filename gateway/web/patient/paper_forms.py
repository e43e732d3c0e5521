"""What the form of one's own papers holds: answers, who sees it, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from gateway.core.papers import GROUPS, AskedAs, PaperGroup, PaperKind, fields_of
from gateway.core.texts.papers import (
    CHOICE_WORDS,
    FIELD_HINTS,
    FIELD_LABELS,
    GROUP_TITLES,
)
from gateway.rights.paper_rules import PaperAnswers, PaperFault, judge_paper, written
from gateway.web.site.forms import Form


@frozen(kw_only=True)
class ShownField:
    """A field as it is shown, in the reader's language."""

    key: str
    entry: AskedAs
    most: int
    label: str
    hint: str
    choices: tuple[tuple[str, str], ...]
    text: str = field(repr=False)
    fault: PaperFault | None


@frozen(kw_only=True)
class ShownGroup:
    """Fields that belong together, under their title."""

    key: str
    title: str
    fields: tuple[ShownField, ...]


@frozen(kw_only=True)
class PaperForm:
    """
    A form of a paper: what was said, what of it is written, and what is wrong with it.

    ``number`` is that of the last version there was when it was opened. ``is_whole``:
    the patient writes it who is of age; otherwise what only such a one decides is not
    asked, and stays as it was.
    """

    kind: PaperKind
    said: Mapping[str, str] = field(factory=dict, repr=False)
    written: Mapping[str, str] = field(factory=dict, repr=False)
    number: int
    masks: bool
    is_whole: bool
    faults: Mapping[str, PaperFault] = field(factory=dict)
    is_stale: bool = False

    @property
    def groups(self) -> tuple[PaperGroup, ...]:
        """What is asked."""
        return tuple(
            one for one in GROUPS[self.kind] if self.is_whole or not one.for_adults
        )

    @property
    def has_problem(self) -> bool:
        """Whether it cannot be kept as it is."""
        return bool(self.faults) or self.is_stale

    def shown(self, language: str) -> tuple[ShownGroup, ...]:
        """Return the groups with their words."""
        return tuple(
            ShownGroup(
                key=group.key,
                title=GROUP_TITLES[group.key].said(language),
                fields=tuple(
                    ShownField(
                        key=one.key,
                        entry=one.entry,
                        most=one.most,
                        label=FIELD_LABELS[one.key].said(language),
                        hint=(
                            FIELD_HINTS[one.key].said(language)
                            if one.key in FIELD_HINTS
                            else ""
                        ),
                        choices=tuple(
                            (word, CHOICE_WORDS[one.key][word].said(language))
                            for word in one.choices
                        ),
                        text=self.said.get(one.key, ""),
                        fault=self.faults.get(one.key),
                    )
                    for one in group.fields
                ),
            )
            for group in self.groups
        )

    @property
    def faulty(self) -> tuple[tuple[str, PaperFault], ...]:
        """What is wrong, in the order of the form; of the whole, first."""
        keys = [self.kind.value, *(one.key for one in fields_of(self.kind))]
        return tuple((one, self.faults[one]) for one in keys if one in self.faults)


def read_paper_form(
    sent: Form,
    kind: PaperKind,
    before: Mapping[str, str],
    *,
    is_adult: bool,
    is_whole: bool,
) -> PaperForm:
    """
    Return what was sent, judged.

    ``before`` is what the current version says: what is not asked is kept from it.
    ``is_adult``: of the patient; ``is_whole`` as in `PaperForm`.
    """
    said: dict[str, str] = {}
    for group in GROUPS[kind]:
        for one in group.fields:
            if group.for_adults and not is_whole:
                said[one.key] = before.get(one.key, "")
            elif one.entry is AskedAs.TEXT:
                said[one.key] = sent.text(one.key).strip()
            else:
                said[one.key] = sent.line(one.key)
    number = sent.line("number")
    answers = PaperAnswers(kind=kind, said=said, is_adult=is_adult)
    return PaperForm(
        kind=kind,
        said={key: text for key, text in said.items() if text},
        written=written(answers),
        number=int(number) if number.isascii() and number.isdigit() else 0,
        masks=sent.line("who") == "hidden",
        is_whole=is_whole,
        faults=judge_paper(answers),
    )
