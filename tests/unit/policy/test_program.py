"""Rules for prefixes: what is gathered on the way, whichever way a block is divided."""

from bgpkit.policy import KeyBlock, KeyCondition, PrefixSet, Verdict
from bgpkit.policy.condition import Divider, Division
from bgpkit.policy.program import Program
from bgpkit.policy.reduction import Reduced
from bgpkit_rib import Prefix


class SecondIsOne(KeyCondition):
    """The second octet is 1 and the first below 70: a condition that does not tell what holds for first octets."""

    def divider(self, width: int) -> Divider:
        """Divide prefixes by it."""
        spread = {bytes((first, 1)) for first in range(70)}

        def divide(keys: list[bytes], block: KeyBlock) -> Division:
            """Give the very list back when all go one way."""
            inside = [key for key in keys if key[1:3] in spread]
            outside = [key for key in keys if key[1:3] not in spread]
            return (inside if outside else keys), (outside if inside else keys if outside else outside)

        return divide


SPREAD = SecondIsOne()
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
    """By their octets, and where these do not tell."""
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


def test_octets_tell_of_prefix_sets_only() -> None:
    """With another condition, or without a prefix, every block is for the rules."""
    common = made((LOW, True), (HIGH, False)).common
    assert common is not None
    assert common([Prefix.parse("1.0.0.0/8").key, Prefix.parse("2.0.0.0/8").key]) == Verdict(True, "(0,)")
    assert made((LOW, True), (SPREAD, True)).common is None
    assert Program([(0, LOW, True), (1, True, True)], 0, lambda matched: Verdict(True, repr(matched))).common is None


def test_a_block_of_one_verdict_is_the_very_list() -> None:
    """However it was found."""
    keys = [Prefix.parse(text).key for text in ("1.1.0.0/16", "2.1.0.0/16")]
    for program in (made((LOW, True)), made((SPREAD, True))):
        ((_, group),) = program.run(keys, KeyBlock(32))
        assert group is keys
