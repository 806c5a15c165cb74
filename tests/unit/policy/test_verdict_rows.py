"""Rows of verdicts: what first octets and lengths tell, and how much of it is remembered."""

import pytest

from bgpkit.policy import PrefixSet, Verdict
from bgpkit.policy import verdict_rows as module
from bgpkit.policy.reduction import Reduced
from bgpkit.policy.verdict_rows import VerdictRows
from bgpkit_rib import Prefix

TEN = PrefixSet.of("10.0.0.0/8 le 24")
LONG = PrefixSet.of("0.0.0.0/0 ge 25", "::/0 ge 49")
EXACT = PrefixSet.of("10.1.2.0/24", "10.1.2.128/25", "2001:db8:1:2::/64", "2001:db8:1::/48")


class Said(dict[tuple[int, ...], Verdict]):
    """Verdicts that tell which steps matched, one object for each."""

    def __missing__(self, matched: tuple[int, ...]) -> Verdict:
        """Make the verdict."""
        verdict = self[matched] = Verdict(True, repr(matched))
        return verdict


def rows_of(*steps: tuple[Reduced, bool], width: int = 32) -> VerdictRows:
    """Return the rows of some steps; the last step is for all."""
    numbered = [(number, condition, last) for number, (condition, last) in enumerate((*steps, (True, True)))]
    sets = dict.fromkeys(condition for condition, _ in steps if isinstance(condition, PrefixSet))
    return VerdictRows(numbered, list(sets), width, Said().__getitem__)


def keys_of(*texts: str) -> list[bytes]:
    """Return the keys of some prefixes."""
    return [Prefix.parse(text).key for text in texts]


def common(rows: VerdictRows, *texts: str) -> str | None:
    """Return the steps that all of some prefixes match."""
    verdict = rows.common(keys_of(*texts))
    return None if verdict is None else verdict.rule


def test_prefixes_alike_have_one_verdict_and_others_none() -> None:
    """Alike is what the same rules match, whatever octets and lengths they have."""
    rows = rows_of((TEN, True), (LONG, False))
    assert common(rows, "10.0.0.0/8", "10.255.0.0/24", "10.9.0.0/16") == "(0,)"
    assert common(rows, "11.0.0.0/8", "0.0.0.0/0", "192.0.2.0/24") == "(2,)"
    assert common(rows, "10.0.0.0/25", "11.0.0.0/32") == "(1, 2)"
    assert common(rows, "10.0.0.0/8", "11.0.0.0/8") is None
    assert common(rows, "11.0.0.0/24", "11.0.0.0/25", "11.0.0.0/24") is None


def test_more_octets_are_looked_at_where_the_first_do_not_tell() -> None:
    """Three of IPv4, six of IPv6; beyond these it is for the rules."""
    rows = rows_of((EXACT, True))
    assert common(rows, "10.1.2.0/24") == "(0,)"
    assert common(rows, "10.1.3.0/24", "10.1.0.0/16", "10.1.3.0/25", "10.1.3.1/32") == "(1,)"
    assert common(rows, "10.1.2.0/24", "10.1.3.0/24") is None
    assert common(rows, "10.1.2.128/25") is None
    wide = rows_of((EXACT, True), width=128)
    assert common(wide, "2001:db8:1::/48") == "(0,)"
    assert common(wide, "2001:db8:2::/48", "2001:db8::/32", "::/0", "2000::/3") == "(1,)"
    assert common(wide, "2001:db8:1:2::/64") is None


def test_groups_are_by_verdict_until_the_rules_are_to_be_asked() -> None:
    """In the order of the keys."""
    rows = rows_of((TEN, True), (EXACT, True))
    mixed = keys_of("10.0.0.0/8", "11.0.0.0/8", "10.1.2.0/24", "12.0.0.0/8")
    found = rows.groups(mixed)
    assert found is not None
    assert [(verdict.rule, group) for verdict, group in found] == [("(0,)", mixed[::2]), ("(2,)", mixed[1::2])]
    assert rows.groups(keys_of("10.0.0.0/8", "10.1.2.128/25")) is None


def test_many_rows_of_ipv4_say_what_few_say() -> None:
    """From some hundreds on they stand side by side; short prefixes have no place there."""
    few, many = rows_of((TEN, True), (EXACT, False)), rows_of((TEN, True), (EXACT, False))
    keys = keys_of(*(f"{first}.{second}.0.0/16" for first in (9, 10, 11) for second in range(256)))
    for key in keys:
        many.common([key])
    asked = [*keys, *keys_of("10.0.0.0/8", "11.0.0.0/8", "0.0.0.0/0", "10.1.2.0/24", "10.1.2.128/25", "12.0.0.0/24")]
    for key in asked:
        first, second = few.common([key]), many.common([key])
        assert (first and first.rule) == (second and second.rule)
    assert common(many, "10.0.0.0/8", "10.1.0.0/16") == "(0,)"
    assert common(many, "10.1.0.0/16", "11.0.0.0/8") is None
    assert common(many, "11.1.0.0/16", "11.0.0.0/8", "13.1.0.0/16") == "(2,)"
    assert common(many, "11.1.0.0/16", "10.1.2.128/25") is None


@pytest.mark.interpreted
def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are forgotten together, and the answers stay the same."""
    monkeypatch.setattr(module, "_ROWS_MAXIMUM", 3)
    monkeypatch.setattr(module, "_ALIKE_MAXIMUM", 1)
    rows = rows_of((EXACT, True), (LONG, True), width=128)
    for _ in range(2):
        for number in range(8):
            assert common(rows, f"2001:{number:x}::/48") == "(2,)"
            assert common(rows, f"2001:{number:x}::/64") == "(1,)"
        assert common(rows, "2001:db8:1::/48") == "(0,)"
        assert len(rows) <= 3
