"""From UPDATEs into the tables: loops, verdicts, one path for each attribute block and verdict."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Change, Policy, PrefixSet, RoutePolicy, Rule, Then, Verdict
from bgpkit.policy.actions import SetLocalPref, SetWeight
from bgpkit.speaker import ingest as module
from bgpkit.speaker import judging_again
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.judging_again import judge_again
from bgpkit.speaker.next_hops import NextHops, Resolution
from bgpkit.wire import UpdateContext, UpdateDecoder, decode_attributes
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table
from tests.support import octets
from tests.support.speakers import only

OWN = int(IPv4Address("10.0.0.1"))
RULES = ImportRules(own_asns=frozenset({64512}), bgp_identifier=OWN, cluster_ids=frozenset({OWN, 0x0A000009}))


class Way:
    """A decoder, the way in and a table."""

    def __init__(self, policy: Policy = ACCEPT_ALL, kind: SourceKind = SourceKind.NON_CLIENT) -> None:
        """Make a table and the way into it for one source."""
        self.table = Table(32)
        self.source = Source("192.0.2.1", kind, bgp_identifier=1)
        self.next_hops = NextHops()
        self.ingest = Ingest(self.source, {IPV4_UNICAST: self.table}, RULES, self.next_hops)
        self.use(policy)
        context = UpdateContext(families=frozenset((IPV4_UNICAST,)), four_octet_as=True, internal=True)
        self.decoder: UpdateDecoder[Path] = UpdateDecoder(context, self.ingest.make)

    def use(self, policy: Policy, rules: ImportRules = RULES) -> None:
        """Judge by other rules from now on."""
        self.ingest.use(rules, policy)

    def take(self, message: bytes) -> None:
        """Take an UPDATE."""
        self.ingest.update(self.decoder.decode(message, 19, len(message)))

    def held(self, prefix: str) -> Path:
        """Return the path that the table holds for a prefix."""
        found = self.table.get(Prefix.parse(prefix).key)
        assert isinstance(found, Path)
        return found

    def evaluate(self) -> int:
        """Evaluate all again; return in how many slices."""
        return sum(1 for _ in self.steps())

    def steps(self) -> Iterator[None]:
        """Return the steps of evaluating all again."""
        return judge_again(IPV4_UNICAST, self.table, lambda path: path.source is self.source, self.ingest.judge_again)


def test_announced_and_withdrawn_routes_reach_the_table() -> None:
    """What comes is held, what goes is gone."""
    way = Way()
    way.take(octets.update(octets.attributes(64700), "10.1.0.0/16", "10.2.0.0/16"))
    way.take(octets.withdraw("10.1.0.0/16"))
    assert way.table.keys() == [Prefix.parse("10.2.0.0/16").key]


@pytest.mark.parametrize(
    ("block", "looped"),
    [
        (octets.attributes(64512), True),
        (octets.attributes(1, 2, 3, 64512), True),
        (octets.attributes(0x0202FC00, 0x00FC0000), False),
        (octets.attributes(0x1_FC00, 0xFC00_0000), False),
        (octets.attributes(64700, originator_id="10.0.0.1"), True),
        (octets.attributes(64700, originator_id="10.0.0.2"), False),
        (octets.attributes(64700, cluster_list=("10.0.0.9",)), True),
        (octets.attributes(64700, cluster_list=("1.2.10.0", "0.1.3.4")), False),
    ],
)
def test_only_whole_numbers_make_a_loop(block: bytes, looped: bool) -> None:
    """Octets that look like our AS number or cluster across two others are none."""
    way = Way()
    way.take(octets.update(block, "10.1.0.0/16"))
    assert way.held("10.1.0.0/16").eligible is not looped


def test_a_change_of_cluster_id_judges_the_loops_anew() -> None:
    """What came through the former own cluster may be used, what came through the new one may not."""
    way = Way()
    way.take(octets.update(octets.attributes(64700, cluster_list=("10.0.0.9",)), "10.1.0.0/16"))
    way.take(octets.update(octets.attributes(64700, cluster_list=("10.0.0.8",)), "10.2.0.0/16"))
    assert [way.held(text).eligible for text in ("10.1.0.0/16", "10.2.0.0/16")] == [False, True]
    way.use(ACCEPT_ALL, replace(RULES, cluster_ids=frozenset({0x0A000008})))
    way.evaluate()
    assert [way.held(text).eligible for text in ("10.1.0.0/16", "10.2.0.0/16")] == [True, False]


def test_routes_with_the_same_attributes_and_verdict_share_a_path() -> None:
    """A policy makes one more path for each verdict, not one for each route."""
    way = Way(only("10.0.0.0/8"))
    block = octets.attributes(64700)
    way.take(octets.update(block, "10.1.0.0/16", "172.16.0.0/12"))
    way.take(octets.update(block, "10.2.0.0/16", "172.32.0.0/12"))
    assert way.held("10.1.0.0/16") is way.held("10.2.0.0/16")
    assert way.held("172.16.0.0/12") is way.held("172.32.0.0/12")
    assert way.held("172.16.0.0/12").reason == "import policy only 10.0.0.0/8: default"


@pytest.mark.parametrize(("bound", "value"), [("JUDGED_MAXIMUM", 3), ("JUDGED_OCTETS", 100)])
@pytest.mark.interpreted
def test_remembered_verdicts_are_bounded(bound: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many attribute blocks come, and however long ones, only so much is kept."""
    monkeypatch.setattr(module, bound, value)
    way = Way(REJECT_ALL)
    for number in range(20):
        way.take(octets.update(octets.attributes(64700, med=number), f"10.{number}.0.0/16"))
        assert len(vars(way.ingest)["_judged"]) <= 3
    way.ingest.forget()
    assert vars(way.ingest)["_judged"] == {}


def test_a_new_policy_turns_verdicts_both_ways() -> None:
    """Refused becomes accepted and accepted refused; a second look changes nothing."""
    way = Way(REJECT_ALL)
    way.take(octets.update(octets.attributes(64700), "10.1.0.0/16", "172.16.0.0/12"))
    way.use(only("10.0.0.0/8"))
    way.evaluate()
    assert (way.held("10.1.0.0/16").eligible, way.held("172.16.0.0/12").eligible) == (True, False)
    way.use(only("172.16.0.0/12"))
    way.evaluate()
    assert (way.held("10.1.0.0/16").eligible, way.held("172.16.0.0/12").eligible) == (False, True)
    heard: list[list[bytes]] = []
    way.table.subscribe(lambda keys, _old, _new, _nlri: heard.append(keys))
    way.evaluate()
    assert heard == []


def test_no_policy_brings_back_a_loop() -> None:
    """A looped route stays refused for that reason whatever the policy says."""
    way = Way(REJECT_ALL)
    way.take(octets.update(octets.attributes(64512), "10.1.0.0/16"))
    way.use(ACCEPT_ALL)
    way.evaluate()
    assert way.held("10.1.0.0/16").reason == "our own AS number 64512 is in AS_PATH"


def test_a_new_kind_of_peer_makes_new_paths() -> None:
    """The paths held say what the source is now; nothing is changed in place."""
    way = Way()
    way.take(octets.update(octets.attributes(64700), "10.1.0.0/16"))
    before = way.held("10.1.0.0/16")
    way.source.kind = SourceKind.CLIENT
    way.evaluate()
    after = way.held("10.1.0.0/16")
    assert (before.kind, after.kind) == (SourceKind.NON_CLIENT, SourceKind.CLIENT)


def test_routes_that_change_between_two_slices_are_not_brought_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the peer withdraws or replaces while all is evaluated again stays withdrawn or replaced."""
    monkeypatch.setattr(judging_again, "SLICE", 2)
    way = Way()
    texts = [f"10.{number}.0.0/16" for number in range(6)]
    way.take(octets.update(octets.attributes(64700), *texts))
    way.source.kind = SourceKind.CLIENT
    steps = way.steps()
    next(steps)
    way.decoder.clear()
    way.take(octets.withdraw(texts[5]))
    way.take(octets.update(octets.attributes(64700, med=9), texts[4]))
    assert sum(1 for _ in steps) == 2
    assert way.table.get(Prefix.parse(texts[5]).key) is None
    assert way.held(texts[4]).med == 9
    assert {way.held(text).kind for text in texts[:5]} == {SourceKind.CLIENT}


class Ways:
    """Next hops as a table says; what is not in it cannot be reached."""

    def __init__(self, metrics: dict[str, int]) -> None:
        """Know the ways to addresses."""
        self.metrics = metrics

    def resolve(self, address: bytes) -> Resolution:
        """Return where ``address`` is."""
        metric = self.metrics.get(str(IPv4Address(address)))
        return Resolution(reachable=metric is not None, metric=metric or 0)


def test_an_unreachable_next_hop_waits_and_comes_with_its_metric() -> None:
    """The path is held, not eligible, with the reason; a change of the ways makes another path."""
    way = Way()
    ways = Ways({})
    way.next_hops.use(ways)
    way.take(octets.update(octets.attributes(64700, next_hop="192.0.2.99"), "10.1.0.0/16"))
    first = way.held("10.1.0.0/16")
    assert (first.eligible, first.reason) == (False, "the next hop 192.0.2.99 cannot be reached")
    ways.metrics["192.0.2.99"] = 7
    assert way.next_hops.changed() == {IPv4Address("192.0.2.99").packed}
    way.evaluate()
    second = way.held("10.1.0.0/16")
    assert (second.eligible, second.metric, first.eligible) == (True, 7, False)


def test_our_own_address_is_no_next_hop() -> None:
    """RFC 4271, section 5.1.3: a speaker does not install a route with itself as next hop."""
    way = Way()
    way.next_hops.own([IPv4Address("192.0.2.99").packed])
    way.take(octets.update(octets.attributes(64700, next_hop="192.0.2.99"), "10.1.0.0/16"))
    assert way.held("10.1.0.0/16").reason == "the next hop is our own address"


class Preferred:
    """Gives every route a preference and a weight."""

    name = "preferred"
    keyed = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Accept all with one change."""
        return ((Verdict(True, self.name, Change((SetLocalPref(300), SetWeight(5)))), keys),)


def test_a_policy_changes_attributes_and_the_received_ones_are_kept() -> None:
    """What is ranked and shown is what the policy made; judged anew it starts from what came."""
    way = Way(Preferred())
    way.take(octets.update(octets.attributes(64700, local_pref=90), "10.1.0.0/16"))
    path = way.held("10.1.0.0/16")
    assert (path.local_pref, path.weight) == (300, 5)
    assert decode_attributes(path.received).local_pref == 90
    way.use(ACCEPT_ALL)
    way.evaluate()
    path = way.held("10.1.0.0/16")
    assert (path.local_pref, path.weight, path.raw) == (90, 0, path.received)


def test_a_policy_changes_a_block_that_it_treats_alike_as_it_changes_one_route() -> None:
    """By destinations alone, too; a loop stays one."""
    rule = Rule(PrefixSet.of("10.0.0.0/8 le 32"), (SetLocalPref(300), SetWeight(5)), Then.ACCEPT)
    way = Way(RoutePolicy("ten", (rule,)))
    block = octets.attributes(64700, local_pref=90)
    way.take(octets.update(block, "10.1.0.0/16", "10.2.0.0/16"))
    way.take(octets.update(block, "11.1.0.0/16", "11.2.0.0/16"))
    assert way.held("10.1.0.0/16") is way.held("10.2.0.0/16")
    path = way.held("10.1.0.0/16")
    assert (path.local_pref, path.weight, decode_attributes(path.received).local_pref) == (300, 5, 90)
    assert way.held("11.1.0.0/16") is way.held("11.2.0.0/16")
    assert way.held("11.1.0.0/16").reason == "import policy ten: default"
    for prefix in ("10.3.0.0/16", "11.3.0.0/16"):
        way.take(octets.update(octets.attributes(64512), prefix))
    assert [way.held(f"{first}.3.0.0/16").reason for first in (10, 11)] == ["our own AS number 64512 is in AS_PATH"] * 2
