"""From a peer's configuration to rules and update groups."""

from dataclasses import replace
from ipaddress import IPv4Address

from bgpkit.speaker.config import Confederation, PeerConfig
from bgpkit.speaker.peer_rules import cluster_id, export_key, import_rules
from bgpkit.wire import Codec
from bgpkit_fsm import IPV4_UNICAST, FourOctetAsCapability, MultiprotocolCapability, Negotiated, Open
from bgpkit_fsm.negotiation import negotiate
from bgpkit_rib import Source, SourceKind
from tests.unit.speaker.test_session_offer import shared

HOP = IPv4Address("192.0.2.9").packed


def terms() -> Negotiated:
    """Return the terms of a session."""
    capabilities = (MultiprotocolCapability(IPV4_UNICAST), FourOctetAsCapability(64512))
    ours, theirs = (
        Open(my_as=64512, hold_time=90, bgp_identifier=IPv4Address(f"10.0.0.{number}"), capabilities=capabilities)
        for number in (1, 2)
    )
    assert Codec.of(ours, theirs)
    return negotiate(ours, theirs)


async def test_a_cluster_id_of_the_peer_counts_beside_the_speakers() -> None:
    """Both are ours when a loop is looked for; the peer's is written. RFC 4456, sections 7 and 8."""
    of = shared()
    config = PeerConfig(address="192.0.2.1", asn=64512, cluster_id=IPv4Address("10.0.0.7"), weight=5, allow_own_as=2)
    rules = import_rules(config, of)
    assert rules.cluster_ids is of.clusters.ids
    assert (rules.weight, rules.allow_own_as, [*rules.own_asns]) == (5, 2, [64512])
    assert cluster_id(config, of) == IPv4Address("10.0.0.7")
    key = export_key(config, of, terms(), Source("a", SourceKind.CLIENT), IPV4_UNICAST, HOP)
    assert key.cluster_id == int(IPv4Address("10.0.0.7"))


async def test_every_number_that_is_ours_is_looked_for_in_as_path() -> None:
    """The member AS, the confederation's, and a local AS."""
    of = shared(Confederation(identifier=65000))
    rules = import_rules(PeerConfig(address="192.0.2.1", asn=64514, local_asn=7), of)
    assert rules.own_asns == {64512, 65000, 7}


async def test_peers_that_are_sent_the_same_share_a_key() -> None:
    """What has no influence on the octets is not part of it; what has, is."""
    of, agreed = shared(), terms()
    plain = PeerConfig(address="192.0.2.1", asn=64513)
    same = PeerConfig(address="192.0.2.2", asn=64514, description="another", weight=9, hold_time=30)
    keys = [export_key(each, of, agreed, Source("a", SourceKind.EBGP), IPV4_UNICAST, HOP) for each in (plain, same)]
    assert keys[0] == keys[1]
    base = PeerConfig(address="192.0.2.3", asn=64513)
    changed = (replace(base, as_override=True), replace(base, local_asn=7), replace(base, default_originate=True))
    for other in changed:
        assert export_key(other, of, agreed, Source("a", SourceKind.EBGP), IPV4_UNICAST, HOP) != keys[0], other


async def test_the_true_as_stands_behind_a_local_one_unless_that_stands_alone() -> None:
    """RFC 7705, section 3."""
    of, agreed = shared(), terms()
    for alone, behind in ((False, 64512), (True, 0)):
        config = PeerConfig(address="192.0.2.1", asn=64513, local_asn=7, local_asn_alone=alone)
        key = export_key(config, of, agreed, Source("a", SourceKind.EBGP), IPV4_UNICAST, HOP)
        assert (key.local_asn, key.replaced_asn) == (7, behind)
