"""The rule of a composite alarm: ``ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA("c"))``."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<bare>[^\"()\s]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<bracket>[()]))",
    re.IGNORECASE,
)


class RuleError(ValueError):
    """The rule cannot be read; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Is:
    """Whether an alarm, by name, is in a state."""

    alarm: str
    state: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Rule"


@dataclass(frozen=True, slots=True)
class All:
    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Any:
    rules: tuple["Rule", ...]


Rule = Is | Constant | Not | All | Any


def holds(rule: Rule, state_of: Callable[[str], str | None]) -> bool:
    """Whether a rule is true while the alarms are as ``state_of`` says."""
    match rule:
        case Is(alarm, state):
            return state_of(alarm) == state
        case Constant(value):
            return value
        case Not(negated):
            return not holds(negated, state_of)
        case All(rules):
            return all(holds(one, state_of) for one in rules)
        case Any(rules):
            return any(holds(one, state_of) for one in rules)


def alarms(rule: Rule) -> Iterator[str]:
    """The names that a rule speaks of."""
    match rule:
        case Is(alarm, _):
            yield alarm
        case Constant():
            return
        case Not(negated):
            yield from alarms(negated)
        case All(rules) | Any(rules):
            for one in rules:
                yield from alarms(one)


def parse(text: str) -> Rule:
    """A rule from its text; names may be quoted. NOT binds before AND, AND before OR. Raises ``RuleError``."""
    parser = _Parser(text)
    rule = parser.any()
    parser.finish()
    return rule


def _name(reference: str) -> str:
    """An alarm's name, which a rule may also give as an ARN."""
    return reference.rsplit(":alarm:", 1)[-1]


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def any(self) -> Rule:
        rules = [self._all()]
        while self._take("OR"):
            rules.append(self._all())
        return rules[0] if len(rules) == 1 else Any(tuple(rules))

    def finish(self) -> None:
        if self._text[self._at :].strip():
            raise RuleError(f"Cannot read the alarm rule from: {self._text[self._at :].strip()}")

    def _all(self) -> Rule:
        rules = [self._one()]
        while self._take("AND"):
            rules.append(self._one())
        return rules[0] if len(rules) == 1 else All(tuple(rules))

    def _one(self) -> Rule:
        if self._take("NOT"):
            return Not(self._one())
        if self._take("("):
            rule = self.any()
            if not self._take(")"):
                raise RuleError("A bracket is not closed in the alarm rule")
            return rule
        for word in ("TRUE", "FALSE"):
            if self._take(word):
                return Constant(word == "TRUE")
        return self._state()

    def _state(self) -> Rule:
        found = TOKEN.match(self._text, self._at)
        if found is None or found["state"] is None:
            raise RuleError(f"Cannot read the alarm rule from: {self._text[self._at :].strip() or 'its end'}")
        self._at = found.end()
        return Is(_name(found["quoted"] or found["bare"]), found["state"].upper())

    def _take(self, wanted: str) -> bool:
        found = TOKEN.match(self._text, self._at)
        if found is None or wanted not in {(found["word"] or "").upper(), found["bracket"]}:
            return False
        self._at = found.end()
        return True
