"""Policies of rules: verdicts and their texts, what is remembered, ROAs, families."""

import gc

import pytest

from bgpkit.policy import (
    AddCommunities,
    AsPathContains,
    Change,
    Communities,
    PathCondition,
    PrefixSet,
    RoutePolicy,
    RpkiIs,
    Rule,
    SetLocalPref,
    Then,
    Verdict,
    bind,
    by_destination,
    is_keyed,
    is_pure,
    uses_rpki,
)
from bgpkit.policy import compiled_rules as module
from bgpkit.policy.path_facts import PathFacts
from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit_fsm import IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST, Family
from bgpkit_rib import Community, Path, Prefix, Source, SourceKind
from tests.unit.policy.routes import path, verdict

TEN = PrefixSet.of("10.0.0.0/8 le 32", name="ten")
MARK = AddCommunities.of(Community.parse("64512:1"))
POLICY = RoutePolicy(
    "edge",
    (
        Rule(AsPathContains.of(666), then=Then.REJECT, name="evil"),
        Rule(TEN, (MARK,)),
        Rule(PrefixSet.of("10.0.0.0/8 le 24"), (SetLocalPref(200),), Then.ACCEPT),
    ),
)


def test_a_verdict_names_policy_and_rules() -> None:
    """The rule that decided, and those before it that have changed something."""
    assert verdict(POLICY, "10.0.0.0/8", path("666")).rule == "edge: rule 1 (evil)"
    assert verdict(POLICY, "10.0.0.0/8").rule == "edge: rule 3 (prefix in 10.0.0.0/8 le 24), after rule 2"
    assert verdict(POLICY, "10.0.0.0/25").rule == "edge: default, after rule 2"
    assert verdict(POLICY, "11.0.0.0/8").rule == "edge: default"


def test_changes_of_several_rules_are_one_change() -> None:
    """In the order of the rules; a refused route has none."""
    assert verdict(POLICY, "10.0.0.0/8").change == Change((MARK, SetLocalPref(200)))
    assert verdict(POLICY, "10.0.0.0/25").change is None
    opened = RoutePolicy("edge", POLICY.rules, default=True)
    assert verdict(opened, "10.0.0.0/25").change == Change((MARK,))


def test_prefixes_go_their_ways_through_rules_without_a_last_word() -> None:
    """Each keeps what it has met, though they came in one block."""
    rules = tuple(Rule(PrefixSet.of(f"0.0.0.0/0 ge {length}"), (SetLocalPref(length),)) for length in (10, 12, 14))
    policy = RoutePolicy("ways", rules, default=True)
    keys = [Prefix.parse(f"10.0.0.0/{length}").key for length in (9, 11, 13, 15)]
    found = {key: answer.change for answer, group in policy.apply(IPV4_UNICAST, path(), keys) for key in group}
    lengths = {9: (), 11: (10,), 13: (10, 12), 15: (10, 12, 14)}
    assert found == {
        bytes((length, 10, 0)): Change(tuple(map(SetLocalPref, met))) if met else None
        for length, met in lengths.items()
    }


def test_what_a_policy_depends_on_is_found_in_its_rules() -> None:
    """Keyed when a rule asks for the destination; on RPKI when one asks for that; always pure."""
    on_paths = RoutePolicy("paths", (Rule(AsPathContains.of(7), then=Then.ACCEPT),))
    on_roas = RoutePolicy("roas", (Rule(RpkiIs(RpkiState.INVALID), then=Then.REJECT),), default=True)
    assert [is_keyed(each) for each in (POLICY, on_paths, on_roas)] == [True, False, True]
    assert [uses_rpki(each) for each in (POLICY, on_paths, on_roas)] == [False, False, True]
    assert is_pure(POLICY)


def test_roas_make_another_policy() -> None:
    """A change of ROAs is a change of policy; a policy that does not use them stays the same object."""
    rules = (Rule(RpkiIs(RpkiState.INVALID), then=Then.REJECT), Rule(RpkiIs(RpkiState.VALID), (MARK,)))
    policy = RoutePolicy("roas", rules, default=True)
    roas = RoaTable([Roa(Prefix.parse("10.0.0.0/8"), 8, 65001), Roa(Prefix.parse("11.0.0.0/8"), 8, 64512)])
    bound = bind(policy, roas, 64512)
    assert bound != policy
    assert bound == bind(policy, roas, 64512)
    assert bound != bind(policy, RoaTable(roas), 64512)
    assert bind(POLICY, roas) is POLICY
    assert verdict(policy, "10.0.0.0/8", path("65002")).accepted
    assert not verdict(bound, "10.0.0.0/8", path("65002")).accepted
    assert verdict(bound, "10.0.0.0/8", path("65001")).change == Change((MARK,))
    assert verdict(bound, "11.0.0.0/8", path("")).change == Change((MARK,))
    assert not verdict(bound, "10.0.0.0/8", path("65001 {65001}")).accepted
    assert bind(bound, None, 64512) == bind(policy, None, 64512)


def test_roas_speak_of_routes_of_the_internet_only() -> None:
    """Unicast, with labels or without; all others are not-found. RFC 6811, section 2."""
    roas = RoaTable([Roa(Prefix.parse("10.0.0.0/8"), 8, 65001)])
    policy = bind(RoutePolicy("roas", (Rule(RpkiIs(RpkiState.INVALID), then=Then.REJECT),), default=True), roas)
    families = [Family(1, safi) for safi in (1, 4, 2)]
    answers = [policy.apply(family, path("65002"), [b"\x08\x0a"]) for family in families]
    assert [answer.accepted for ((answer, _),) in answers] == [False, False, True]


def test_policies_are_values() -> None:
    """Equal ones share an update group; to read a file again changes nothing."""
    again = RoutePolicy("edge", POLICY.rules)
    assert (again, hash(again)) == (POLICY, hash(POLICY))
    assert RoutePolicy("other", POLICY.rules) != POLICY
    assert RoutePolicy("edge", POLICY.rules, default=True) != POLICY


class Counted(PathCondition):
    """Counts how often it is asked."""

    asked = 0

    def holds(self, facts: PathFacts) -> bool:
        """Hold for every path."""
        Counted.asked += 1
        return bool(facts.path.raw)


def test_a_path_is_asked_once_for_all_its_blocks() -> None:
    """As long as it is among the latest."""
    policy = RoutePolicy("counted", (Rule(TEN & Counted(), then=Then.ACCEPT),))
    made, before = path(), Counted.asked
    for _ in range(3):
        assert verdict(policy, "10.0.0.0/8", made).accepted
    assert Counted.asked - before == 1


def test_paths_that_are_gone_are_not_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is bounded, and forgotten whole."""
    monkeypatch.setattr(module, "_PATHS_MAXIMUM", 2)
    policy = RoutePolicy("counted", (Rule(TEN & AsPathContains.of(7), then=Then.ACCEPT),))
    mine = Source("mine", SourceKind.EBGP)
    for _ in range(4):
        verdict(policy, "10.0.0.0/8", path(source=mine))
    assert sum(isinstance(each, Path) and each.source is mine for each in gc.get_objects()) <= 2


def test_the_prefix_behind_a_route_distinguisher_counts() -> None:
    """Keys are given back as they came, in one list when all get the same verdict."""
    keys = [bytes((72,)) + bytes(7) + bytes((number, 10)) for number in range(3)]
    ((answer, group),) = POLICY.apply(IPV4_VPN, path(), keys)
    assert answer.rule.startswith("edge: rule 3")
    assert group is keys
    other = bytes((72,)) + bytes(8) + b"\x0b"
    groups = {answer.accepted: group for answer, group in POLICY.apply(IPV4_VPN, path(), [*keys, other])}
    assert groups == {True: keys, False: [other]}


def test_families_are_judged_each_by_itself() -> None:
    """The same octets are other prefixes, or none, in another family; equal families are one."""
    keys = [b"\x08\x0a"]
    answers = [
        [answer.accepted for answer, _ in POLICY.apply(family, made, keys)]
        for family, made in (
            (IPV4_UNICAST, path()),
            (IPV6_UNICAST, path()),
            (Family(25, 70), path()),
            (Family(1, 1), path()),
        )
    ]
    assert answers == [[True], [False], [False], [True]]


def test_rules_look_at_the_route_as_it_came() -> None:
    """What a rule has added, a later one does not see."""
    rules = (Rule(actions=(MARK,)), Rule(Communities.of("64512:1"), then=Then.REJECT))
    assert verdict(RoutePolicy("late", rules, default=True), "10.0.0.0/8").accepted


def test_a_block_of_one_verdict_is_told_by_its_destinations() -> None:
    """The very verdict that the policy gives; none where the block is to be divided."""
    bogons = PrefixSet.of("10.0.0.0/8 le 32", "192.0.2.0/24 le 32")
    rules = (Rule(bogons, then=Then.REJECT), Rule(PrefixSet.of("0.0.0.0/0 le 24"), actions=(MARK,), then=Then.ACCEPT))
    policy = RoutePolicy("checked", rules)
    common = by_destination(policy, IPV4_UNICAST)
    assert callable(common)
    for texts in (["1.0.0.0/24", "2.0.0.0/24"], ["10.0.0.0/24", "192.0.2.0/24"], ["192.0.3.0/24"], ["1.0.0.0/25"]):
        keys = [Prefix.parse(text).key for text in texts]
        ((found, _),) = policy.apply(IPV4_UNICAST, path(), keys)
        assert common(keys) is found
    assert common([Prefix.parse(text).key for text in ("1.0.0.0/24", "10.0.0.0/24")]) is None


def test_destinations_tell_nothing_where_more_than_a_prefix_decides() -> None:
    """Paths, ROAs, route distinguishers."""
    asks_paths = RoutePolicy("paths", (Rule(TEN & AsPathContains.of(7), then=Then.ACCEPT),))
    asks_roas = RoutePolicy("roas", (Rule(RpkiIs(RpkiState.VALID), then=Then.ACCEPT),))
    assert [by_destination(each, IPV4_UNICAST) for each in (asks_paths, asks_roas)] == [None] * 2
    assert by_destination(POLICY, IPV4_VPN) is None


def test_a_policy_that_asks_nothing_says_one_thing_of_all() -> None:
    """With its verdict, for every family."""
    families = (IPV4_UNICAST, IPV4_VPN)
    opened = RoutePolicy("open", (), default=True)
    assert [by_destination(opened, family) for family in families] == [Verdict(True, "open: default")] * 2
    marked = RoutePolicy("marked", (Rule(actions=(MARK,)),), default=True)
    expected = Verdict(True, "marked: default, after rule 1", Change((MARK,)))
    assert [by_destination(marked, family) for family in families] == [expected] * 2
