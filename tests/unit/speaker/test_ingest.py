"""From UPDATEs into the tables: loops, verdicts, one path for each attribute block and verdict."""

from ipaddress import IPv4Address

import pytest

from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Policy
from bgpkit.speaker import ingest as module
from bgpkit.speaker.ingest import Ingest
from bgpkit.wire import UpdateContext, UpdateDecoder
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table
from tests.support import octets
from tests.support.speakers import only

OWN = int(IPv4Address("10.0.0.1"))


class Way:
    """A decoder, the way in and a table."""

    def __init__(self, policy: Policy = ACCEPT_ALL, kind: SourceKind = SourceKind.NON_CLIENT) -> None:
        """Make a table and the way into it for one source."""
        self.table = Table(32)
        self.source = Source("192.0.2.1", kind, bgp_identifier=1)
        self.ingest = Ingest(
            self.source, {IPV4_UNICAST: self.table}, local_asn=64512, identifier=OWN, cluster_ids=(OWN, 0x0A000009)
        )
        self.ingest.policy = policy
        self.ingest.families = frozenset((IPV4_UNICAST,))
        context = UpdateContext(families=frozenset((IPV4_UNICAST,)), four_octet_as=True, internal=True)
        self.decoder: UpdateDecoder[Path] = UpdateDecoder(context, self.ingest.make)

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
        return sum(1 for _ in self.ingest.evaluate_again())


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
    way.ingest.cluster_ids = frozenset({0x0A000008})
    for _ in way.ingest.evaluate_again():
        pass
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


def test_remembered_verdicts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many attribute blocks come, only so many verdicts are kept."""
    monkeypatch.setattr(module, "VERDICTS_MAXIMUM", 3)
    way = Way(REJECT_ALL)
    for number in range(20):
        way.take(octets.update(octets.attributes(64700, med=number), f"10.{number}.0.0/16"))
        assert len(vars(way.ingest)["_verdicts"]) <= 3
    way.ingest.forget()
    assert vars(way.ingest)["_verdicts"] == {}


def test_a_new_policy_turns_verdicts_both_ways() -> None:
    """Refused becomes accepted and accepted refused; a second look changes nothing."""
    way = Way(REJECT_ALL)
    way.take(octets.update(octets.attributes(64700), "10.1.0.0/16", "172.16.0.0/12"))
    way.ingest.policy = only("10.0.0.0/8")
    way.evaluate()
    assert (way.held("10.1.0.0/16").eligible, way.held("172.16.0.0/12").eligible) == (True, False)
    way.ingest.policy = only("172.16.0.0/12")
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
    way.ingest.policy = ACCEPT_ALL
    way.evaluate()
    assert way.held("10.1.0.0/16").reason == "our own AS number is in AS_PATH"


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
    monkeypatch.setattr(module, "SLICE", 2)
    way = Way()
    texts = [f"10.{number}.0.0/16" for number in range(6)]
    way.take(octets.update(octets.attributes(64700), *texts))
    way.source.kind = SourceKind.CLIENT
    steps = way.ingest.evaluate_again()
    next(steps)
    way.decoder.clear()
    way.take(octets.withdraw(texts[5]))
    way.take(octets.update(octets.attributes(64700, med=9), texts[4]))
    assert sum(1 for _ in steps) == 2
    assert way.table.get(Prefix.parse(texts[5]).key) is None
    assert way.held(texts[4]).med == 9
    assert {way.held(text).kind for text in texts[:5]} == {SourceKind.CLIENT}
