"""Rules for prefixes: what is gathered on the way, whichever way a block is divided."""

import pytest

from bgpkit.policy import KeyBlock, PrefixSet, Verdict
from bgpkit.policy import program as module
from bgpkit.policy.program import Program
from bgpkit.policy.reduction import Reduced
from bgpkit_rib import Prefix

SPREAD = PrefixSet.of(*(f"{octet}.1.0.0/16" for octet in range(1, 70)))
"""Of so many that heads are not looked at."""
LOW, HIGH = PrefixSet.of("0.0.0.0/1 le 32"), PrefixSet.of("128.0.0.0/1 le 32")


def made(*steps: tuple[Reduced, bool]) -> Program:
    """Return a program whose verdicts tell which steps matched; the last step is for all."""
    numbered = [(number, condition, last) for number, (condition, last) in enumerate((*steps, (True, True)))]
    return Program(numbered, 32, lambda matched: Verdict(True, repr(matched)))


def run(program: Program, *texts: str) -> dict[str, str]:
    """Return the steps that each prefix matched."""
    keys = {Prefix.parse(text).key: text for text in texts}
    return {keys[key]: verdict.rule for verdict, group in program.run(list(keys), KeyBlock(32)) for key in group}


def test_steps_that_all_prefixes_match_are_gathered() -> None:
    """With heads and without."""
    assert run(made((SPREAD, False), (SPREAD, False)), "1.1.0.0/16") == {"1.1.0.0/16": "(0, 1, 2)"}
    assert run(made((LOW, False), (LOW, False)), "1.1.0.0/16") == {"1.1.0.0/16": "(0, 1, 2)"}


def test_prefixes_that_part_keep_what_each_has_met() -> None:
    """Before and after they part."""
    program = made((True, False), (SPREAD, False), (LOW, False), (HIGH, True))
    assert run(program, "1.1.0.0/16", "1.2.0.0/16", "200.1.0.0/16") == {
        "1.1.0.0/16": "(0, 1, 2, 4)",
        "1.2.0.0/16": "(0, 2, 4)",
        "200.1.0.0/16": "(0, 3)",
    }


def test_steps_with_the_last_word_take_their_prefixes_away() -> None:
    """What is left goes on, and what nobody takes comes to the end."""
    assert run(made((SPREAD, True), (HIGH, True)), "1.1.0.0/16", "1.2.0.0/16", "200.1.0.0/16") == {
        "1.1.0.0/16": "(0,)",
        "1.2.0.0/16": "(2,)",
        "200.1.0.0/16": "(1,)",
    }


def test_a_path_that_decides_leaves_no_question() -> None:
    """All prefixes get the one verdict."""
    program = made((True, False))
    assert program.verdict == Verdict(True, "(0, 1)")
    assert made((LOW, True)).verdict is None


def test_heads_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are forgotten together, and the answers stay the same."""
    monkeypatch.setattr(module, "_HEADS_MAXIMUM", 2)
    program = made((LOW, True))
    passing = program.passing()
    assert passing is not None
    for octet in (*range(120, 136), *range(120, 136)):
        text = f"{octet}.0.0.0/8"
        assert run(program, text) == {text: "(0,)" if octet < 128 else "(1,)"}
    assert sum(passing([Prefix.parse(f"{octet}.0.0.0/8").key]) for octet in range(120, 136)) <= 2
