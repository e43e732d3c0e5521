"""Kept decisions in words: each fact, each rule's answer, in one language."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from gateway.core.reasons import Reason
from gateway.core.texts.explaining import WORDS
from gateway.core.texts.facts import FACT_TEXTS
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.plain_facts import PLAIN_FACTS, VALUE_TEXTS
from gateway.core.texts.rules import RULE_TEXTS
from gateway.evidence.arguments import FilingArguments, TakenDecision
from gateway.evidence.form import to_json
from gateway.evidence.readings import ReadingArguments, SearchArguments
from gateway.evidence.rule_answers import RuleAnswer, answers


@frozen(kw_only=True)
class SaidRule:
    """A rule's answer in words; ``reason`` is the code for which it objects, or empty.

    ``facts`` are those it looked at, each by its name and its value.
    """

    rule: str
    title: str
    reason: str
    source: str
    facts: tuple[tuple[str, str], ...] = field(repr=False)


@frozen
class Words:
    """
    The words of one language.

    ``plain`` ones are for the patient a decision is about: values are told in words,
    not by their codes, and only of the facts that are `PLAIN_FACTS`. Others say what
    stands in another document, in another person's place, or nothing to anybody.
    """

    language: str
    plain: bool = False

    def __getitem__(self, name: str) -> str:
        return WORDS[name].said(self.language)

    def fact(self, path: str) -> str:
        """Return what a fact is called; of a part of one, that one's name before it."""
        known, rest = path, ""
        while known and known not in FACT_TEXTS:
            known, _, last = known.rpartition(".")
            rest = f".{last}{rest}"
        return f"{FACT_TEXTS[known].said(self.language)}{rest}" if known else path

    def value(self, value: Any, path: str = "") -> str:
        """Return a value of a fact in words."""
        if isinstance(value, bool):
            return self["yes" if value else "no"]
        if isinstance(value, Mapping) and "person" in value:
            wrong = "" if value["key"] else f", {self['wrong_key']}"
            return f"{self['person']} {value['person']}{wrong}"
        if value is None or value in ("", []):
            return self["nothing"]
        if isinstance(value, list):
            return ", ".join(
                self._word(one, path)
                if isinstance(one, str)
                else json.dumps(one, ensure_ascii=False)
                for one in value
            )
        return self._word(str(value), path)

    def _word(self, word: str, path: str) -> str:
        known = VALUE_TEXTS.get(f"{path}:{word}") if self.plain else None
        return known.said(self.language) if known else word

    def tells(self, path: str) -> bool:
        """Tell whether a fact is one that these words are for."""
        return not self.plain or path in PLAIN_FACTS

    def facts_of(self, part: TakenDecision) -> tuple[tuple[str, str], ...]:
        """Return the facts of a decision, each by its name and its value."""
        return self._said(to_json_of(part))

    def rules_of(self, part: TakenDecision) -> tuple[SaidRule, ...]:
        """Return the answer of each rule on a decision's facts, as rules are today."""
        return tuple(self.rule(answer) for answer in answers(part))

    def rule(self, answer: RuleAnswer) -> SaidRule:
        """Return one rule's answer."""
        known = RULE_TEXTS.get(answer.rule)
        facts: tuple[tuple[str, str], ...] = ()
        for path, value in answer.facts.items():
            facts += self._said(to_json(value), path)
        return SaidRule(
            rule=answer.rule,
            title=known.title.said(self.language) if known else "",
            reason=answer.reason,
            source=known.source if known else "",
            facts=facts,
        )

    def _said(self, value: Any, path: str = "") -> tuple[tuple[str, str], ...]:
        return tuple(
            (self.fact(deeper), self.value(one, deeper))
            for deeper, one in flat(value, path)
            if self.tells(deeper)
        )


def to_json_of(part: TakenDecision) -> Any:
    """Return the arguments of a decision as JSON; of some by their facts."""
    value = to_json(part.arguments)
    if isinstance(part.arguments, FilingArguments):
        return {**value["facts"], "others": value["others"]}
    if isinstance(part.arguments, ReadingArguments):
        return {**value["facts"], "policy": value["policy"]}
    if isinstance(part.arguments, SearchArguments):
        by_names = value["by_names"]
        return {**value["facts"], "policy": value["policy"], "by_names": by_names}
    return value


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of an object by their paths; a person is one value."""
    if isinstance(value, Mapping) and "person" not in value:
        for name, one in value.items():
            yield from flat(one, f"{path}.{name}" if path else name)
    else:
        yield path, value


def source_of(reason: str) -> str:
    """Return the article or text that a reason rests on, empty where it has none."""
    known = reason in Reason.__members__
    return REASON_TEXTS[Reason(reason)].source if known else ""
