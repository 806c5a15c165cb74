"""Policies by prefix, compared with the standard library's idea of subnets."""

from ipaddress import IPv4Network

import pytest

from bgpkit.policy import PrefixPolicy, PrefixRule, verdicts
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix, Source, SourceKind, make_path

PATH = make_path(Source("peer", SourceKind.EBGP), b"")
PREFIXES = ["0.0.0.0/0", "10.0.0.0/8", "10.244.0.0/16", "10.244.1.0/26", "10.244.1.7/32", "10.245.0.0/16", "11.0.0.0/8"]


def accepted(policy: PrefixPolicy, texts: list[str], family: Family = IPV4_UNICAST) -> list[str]:
    """Return those of ``texts`` that ``policy`` accepts."""
    keys = {Prefix.parse(text).key: text for text in texts}
    answers = verdicts(policy, family, PATH, list(keys))
    return sorted(keys[key] for verdict, group in answers if verdict.accepted for key in group)


@pytest.mark.parametrize("inside", PREFIXES)
def test_a_rule_without_bounds_matches_the_prefix_and_all_subnets(inside: str) -> None:
    """The oracle is ipaddress' own subnet_of."""
    policy = PrefixPolicy("one", (PrefixRule(Prefix.parse(inside)),))
    expected = [text for text in PREFIXES if IPv4Network(text).subnet_of(IPv4Network(inside))]
    assert accepted(policy, PREFIXES) == sorted(expected)


def test_bounds_limit_the_length() -> None:
    """at_least and at_most are both inclusive."""
    rule = PrefixRule(Prefix.parse("10.0.0.0/8"), at_least=16, at_most=26)
    assert accepted(PrefixPolicy("some", (rule,)), PREFIXES) == ["10.244.0.0/16", "10.244.1.0/26", "10.245.0.0/16"]


def test_the_first_rule_that_matches_decides() -> None:
    """An exception stands before the rule it is an exception to."""
    policy = PrefixPolicy(
        "exception",
        (PrefixRule(Prefix.parse("10.244.1.0/26"), accept=False), PrefixRule(Prefix.parse("10.0.0.0/8"))),
    )
    assert accepted(policy, PREFIXES) == ["10.0.0.0/8", "10.244.0.0/16", "10.245.0.0/16"]


def test_what_matches_no_rule_gets_the_default() -> None:
    """The default refuses unless told otherwise."""
    rules = (PrefixRule(Prefix.parse("10.0.0.0/8"), accept=False),)
    assert accepted(PrefixPolicy("closed", rules), PREFIXES) == []
    assert accepted(PrefixPolicy("open", rules, default=True), PREFIXES) == ["0.0.0.0/0", "11.0.0.0/8"]


def test_a_verdict_names_policy_and_rule() -> None:
    """A person can tell which line decided."""
    policy = PrefixPolicy("pools", (PrefixRule(Prefix.parse("10.0.0.0/8")),))
    keys = [Prefix.parse("10.1.0.0/16").key, Prefix.parse("12.0.0.0/8").key]
    rules = {verdict.rule for verdict, _ in policy.apply(IPV4_UNICAST, PATH, keys)}
    assert rules == {"pools: rule 1 (10.0.0.0/8)", "pools: default"}


def test_one_verdict_for_all_keys_gives_the_very_list_back() -> None:
    """So that a block of routes that pass together stays one block."""
    keys = [Prefix.parse("10.1.0.0/16").key, Prefix.parse("10.2.0.0/16").key]
    ((_, group),) = PrefixPolicy("pools", (PrefixRule(Prefix.parse("10.0.0.0/8")),)).apply(IPV4_UNICAST, PATH, keys)
    assert group is keys


def test_ipv6_rules_match_ipv6_routes_only() -> None:
    """A rule of the other address family is passed over."""
    policy = PrefixPolicy("both", (PrefixRule(Prefix.parse("::/0")),))
    assert accepted(policy, ["2001:db8::/32"], IPV6_UNICAST) == ["2001:db8::/32"]
    assert accepted(policy, PREFIXES) == []


def test_families_without_prefixes_get_the_default() -> None:
    """A key of another family is no prefix and is never parsed as one."""
    policy = PrefixPolicy("any", (PrefixRule(Prefix.parse("0.0.0.0/0")),))
    assert [verdict.accepted for verdict, _ in verdicts(policy, Family(25, 70), PATH, [b"\x02\x21"])] == [False]
