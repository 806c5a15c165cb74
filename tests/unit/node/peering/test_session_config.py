"""What a plan makes of a BGPPeer's fields in the speaker's words; one session of two real speakers among it."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from bgpkit import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    BfdOptions,
    Family,
    NextHopSelf,
    PeerConfig,
    Prefix,
    Secret,
    Speaker,
    State,
)
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Policy, PrefixPolicy, PrefixRule
from bgpkit_node.errors import PasswordError
from bgpkit_node.peering import Peering, PeeringKind, plan_peerings
from bgpkit_node.peering.cluster import WATCHED
from bgpkit_node.peering.passwords import no_passwords
from bgpkit_node.peering.session_config import HOLD_SECONDS, RESTART_SECONDS, Terms, peer_config
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPFilter,
    BGPFilterRule,
    BGPFilterSpec,
    BGPPeer,
    BGPPeerSpec,
    IPPool,
    IPPoolSpec,
    Metadata,
    NextHopMode,
    SourceAddress,
)
from bgpkit_node.resources.bgp_configuration import PrefixAdvertisement, ServiceBlock
from bgpkit_node.resources.bgp_filter import FilterAction, MatchOperator
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef
from tests.support.clusters import cluster, node, peer
from tests.support.scripted_peer import eventually
from tests.unit.policy.routes import path, verdict

ASN: Final = 64512
EXPORTED: Final = PrefixPolicy("ip-pools", (PrefixRule(Prefix.parse("10.244.0.0/16")),))
NOT_THE_SECOND: Final = BGPFilter(
    metadata=Metadata(name="not-the-second"),
    spec=BGPFilterSpec(
        import_v4=(BGPFilterRule(cidr="10.244.2.0/24", match_operator=MatchOperator.IN, action=FilterAction.REJECT),)
    ),
)


def config(spec: BGPPeerSpec, *, asn: int = ASN) -> PeerConfig:
    """Return the configuration of a session with a peer in an AS."""
    peering = Peering(
        address="10.4.7.12",
        port=179,
        asn=asn,
        kind=PeeringKind.NODE,
        node="",
        client=False,
        resource="office",
        spec=spec,
    )
    filters = {NOT_THE_SECOND.name: NOT_THE_SECOND}
    terms = Terms(
        asn=ASN,
        local_address="10.4.7.11",
        cluster_id=None,
        export_policy=EXPORTED,
        filters=filters,
        networks=(IPv4Network("10.4.7.0/24"),),
    )
    return peer_config(peering, terms)


def test_a_peer_of_which_nothing_is_said_has_the_defaults() -> None:
    """Everything comes in, the pools go out, and the node connects from its own address."""
    made = config(BGPPeerSpec())
    assert made == PeerConfig(
        address="10.4.7.12",
        asn=ASN,
        local_address="10.4.7.11",
        import_policy=ACCEPT_ALL,
        export_policy=EXPORTED,
        hold_time=HOLD_SECONDS,
        restart_time=RESTART_SECONDS,
        description="office",
    )


@pytest.mark.parametrize(
    ("spec", "asn", "field", "value"),
    [
        (BGPPeerSpec(keepalive_time="20s"), ASN, "hold_time", 60),
        (BGPPeerSpec(keepalive_time="500ms"), ASN, "hold_time", 3),
        (BGPPeerSpec(max_restart_time="5m"), ASN, "restart_time", 300),
        (BGPPeerSpec(source_address=SourceAddress.NONE), ASN, "local_address", None),
        (BGPPeerSpec(source_address=SourceAddress.USE_NODE_IP), ASN, "local_address", "10.4.7.11"),
        (BGPPeerSpec(num_allowed_local_as_numbers=2), ASN, "allow_own_as", 2),
        (BGPPeerSpec(num_allowed_local_as_numbers=255), ASN, "allow_own_as", 10),
        (BGPPeerSpec(next_hop_mode=NextHopMode.SELF), ASN, "next_hop_self", NextHopSelf.ALL),
        (BGPPeerSpec(next_hop_mode=NextHopMode.AUTO), ASN, "next_hop_self", NextHopSelf.NEVER),
        (BGPPeerSpec(next_hop_mode=NextHopMode.SELF), 65010, "next_hop_self", NextHopSelf.NEVER),
        (BGPPeerSpec(next_hop_mode=NextHopMode.KEEP), ASN, "export_policy", EXPORTED),
        (BGPPeerSpec(local_as_number=65020), 65010, "local_asn", 65020),
        (BGPPeerSpec(local_as_number=65020), 65010, "local_asn_alone", True),
        (BGPPeerSpec(local_as_number=65020), 65010, "local_asn_on_import", False),
        (BGPPeerSpec(local_as_number=65020), ASN, "local_asn", None),
        (BGPPeerSpec(local_as_number=65010), 65010, "local_asn", None),
        (BGPPeerSpec(filters=("not-the-second",)), ASN, "export_policy", EXPORTED),
    ],
)
def test_a_field_reaches_the_session(spec: BGPPeerSpec, asn: int, field: str, value: Any) -> None:
    """In the speaker's words; fields for external peers say nothing of internal ones."""
    assert getattr(config(spec, asn=asn), field) == value


@pytest.mark.parametrize(
    ("resource", "address", "watched"),
    [("office", "10.4.7.12", True), ("other", "10.4.7.12", False), ("office", "10.4.8.12", False)],
)
def test_bfd_watches_the_paths_that_a_peering_names(resource: str, address: str, watched: bool) -> None:
    """Those of a link: a peer in none of the node's networks is behind a router. RFC 5881."""
    one = node("a", "10.4.7.11/24")
    annotated = BGPPeer(metadata=Metadata(name="office", annotations={WATCHED: "true"}))
    made = peer_config(replace(_at(address), resource=resource), Terms.of(cluster(one, annotated), one))
    assert made.bfd == (BfdOptions() if watched else None)


@pytest.mark.parametrize(("hops", "allowed"), [(None, None), (1, 1), (254, 254), (255, None)])
def test_the_way_to_the_peer_is_bounded(hops: int | None, allowed: int | None) -> None:
    """255 hops are no bound. RFC 5082, section 3."""
    assert config(BGPPeerSpec(ttl_security=hops)).transport.ttl_security == allowed


@pytest.mark.parametrize(
    "spec", [BGPPeerSpec(next_hop_mode=NextHopMode.KEEP), BGPPeerSpec(keep_original_next_hop=True)]
)
def test_an_external_peer_gets_the_next_hop_as_it_came(spec: BGPPeerSpec) -> None:
    """By either field; the pools still say what it gets at all."""
    assert "next hop kept" in str(config(spec, asn=65010).export_policy)


def test_a_filter_that_is_not_there_lets_nothing_pass() -> None:
    """Neither way, and the log says which one is missing."""
    with capture_logs() as logs:
        made = config(BGPPeerSpec(filters=("not-the-second", "gone")))
    assert (made.import_policy, made.export_policy) == (REJECT_ALL, REJECT_ALL)
    assert [(each["event"], each["filters"]) for each in logs] == [("peering.filters_missing", ["gone"])]


def test_the_terms_of_a_node_are_its_own_and_the_clusters() -> None:
    """Its address, AS number and cluster ID; exported pools, disabled ones, too; the filters; the communities."""
    one = node("a", "10.4.7.11/24", cluster_id="244.0.0.1", asn=65001)
    pools = [
        IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr, disabled=disabled, disable_bgp_export=hidden))
        for name, cidr, disabled, hidden in (
            ("a", "10.244.0.0/16", False, False),
            ("b", "10.245.0.0/16", True, False),
            ("c", "10.246.0.0/16", False, True),
        )
    ]
    marked = BGPConfigurationSpec(
        prefix_advertisements=(PrefixAdvertisement(cidr="10.244.0.0/16", communities=("1:1",)),)
    )
    default = BGPConfiguration(metadata=Metadata(name="default"), spec=marked)
    assert Terms.of(cluster(one, *pools, NOT_THE_SECOND, default), one) == Terms(
        asn=65001,
        local_address="10.4.7.11",
        cluster_id=IPv4Address("244.0.0.1"),
        export_policy=PrefixPolicy("ip-pools", (*EXPORTED.rules, PrefixRule(Prefix.parse("10.245.0.0/16")))),
        filters={NOT_THE_SECOND.name: NOT_THE_SECOND},
        networks=(IPv4Network("10.4.7.0/24"),),
        advertised=(("10.244.0.0/16", ("1:1",)),),
    )
    six = Terms.of(cluster(), node("a", "", "fd00::11/64"))
    assert (six.local_address, six.own_address(4), six.own_address(6)) == ("", "", "fd00::11")


def test_communities_of_ranges_reach_the_session() -> None:
    """In what it tells, not in what it takes."""
    peering = Peering(
        address="10.4.7.12", port=179, asn=ASN, kind=PeeringKind.MESH, node="b", client=False, resource=""
    )
    terms = Terms(
        asn=ASN,
        local_address="10.4.7.11",
        cluster_id=None,
        export_policy=EXPORTED,
        advertised=(("10.244.0.0/16", ("1:1",)),),
    )
    made = peer_config(peering, terms)
    assert "advertised as in 10.244.0.0/16" in str(made.export_policy)
    assert made.import_policy == ACCEPT_ALL


def test_the_plan_hands_the_terms_of_the_resource_on() -> None:
    """Both ends of a peering between nodes have them; the mesh has those of the default configuration."""
    one, two = node("a", "10.4.7.11/24"), node("b", "10.4.7.12/24")
    spec = BGPPeerSpec(node="a", peer_selector="all()", keepalive_time="10s", filters=("f",))
    state = cluster(one, two, peer("p", spec))
    assert [each.spec for each in plan_peerings(state, one)] == [spec]
    assert [each.spec for each in plan_peerings(state, two)] == [spec]
    default = BGPConfiguration(
        metadata=Metadata(name="default"), spec=BGPConfigurationSpec(node_mesh_max_restart_time="90s")
    )
    (meshed,) = plan_peerings(cluster(one, two, default), one)
    assert meshed.spec == BGPPeerSpec(max_restart_time="90s")


async def _follow(sessions: Sessions, own: str, other: Speaker, spec: BGPPeerSpec) -> None:
    """Let the speaker at ``own`` plan one session, with another."""
    ((address, port),) = other.addresses
    peering = Peering(
        address=address, port=port, asn=ASN, kind=PeeringKind.NODE, node="n", client=False, resource="p", spec=spec
    )
    filters = {NOT_THE_SECOND.name: NOT_THE_SECOND}
    terms = Terms(asn=ASN, local_address=own, cluster_id=None, export_policy=EXPORTED, filters=filters)
    await sessions.follow((peering,), terms, frozenset({"n"}))


async def test_a_filter_holds_on_a_session_and_goes_without_ending_it() -> None:
    """Two speakers: what it refuses is there and not chosen; taken away, it is chosen, on the same session."""
    addresses = ("127.0.82.1", "127.0.82.2")
    async with (
        Speaker(asn=ASN, bgp_identifier=addresses[0], listen=[(addresses[0], 0)], families=[IPV4_UNICAST]) as one,
        Speaker(asn=ASN, bgp_identifier=addresses[1], listen=[(addresses[1], 0)], families=[IPV4_UNICAST]) as two,
    ):
        ours, theirs = Sessions(one), Sessions(two)

        def chosen() -> list[str]:
            return sorted(str(route.prefix) for route in one.routes(IPV4_UNICAST) if route.eligible)

        await _follow(theirs, addresses[1], one, BGPPeerSpec())
        await _follow(ours, addresses[0], two, BGPPeerSpec(filters=("not-the-second",)))
        for block in ("10.244.1.0/26", "10.244.2.0/26"):
            await two.announce(block, next_hop=addresses[1])
        await eventually(lambda: len(list(one.routes(IPV4_UNICAST, peer=addresses[1]))) == 2, "both have come")
        assert chosen() == ["10.244.1.0/26"]
        await _follow(ours, addresses[0], two, BGPPeerSpec())
        await eventually(lambda: chosen() == ["10.244.1.0/26", "10.244.2.0/26"], "both are chosen")
        (status,) = one.peers()
        assert (status.state, status.established_count) == (State.ESTABLISHED, 1)


@pytest.mark.parametrize(
    ("address", "family", "own"),
    [("10.4.7.12", IPV4_UNICAST, "10.4.7.11"), ("fd00::12", IPV6_UNICAST, "fd00::11")],
)
def test_a_session_carries_the_routes_of_its_own_ip_version(address: str, family: Family, own: str) -> None:
    """From the node's address of that version, unless the kernel is to choose."""
    terms = Terms(
        asn=ASN,
        local_address="10.4.7.11",
        cluster_id=None,
        export_policy=EXPORTED,
        address6=IPv6Address("fd00::11"),
    )
    made = peer_config(_at(address), terms)
    assert (made.families, made.local_address, made.passive) == ((family,), own, False)
    chosen = peer_config(_at(address, BGPPeerSpec(source_address=SourceAddress.NONE)), terms)
    assert chosen.local_address is None


def test_a_pod_opens_the_session_to_the_address_on_its_interface() -> None:
    """The node waits for it."""
    terms = Terms(asn=ASN, local_address="10.4.7.11", cluster_id=None, export_policy=EXPORTED)
    made = peer_config(replace(_at("10.244.1.5"), kind=PeeringKind.WORKLOAD, own_address="169.254.1.2"), terms)
    assert (made.passive, made.local_address) == (True, "169.254.1.2")


def test_a_password_reaches_the_session_and_is_in_no_text() -> None:
    """One that is not there is an error: without it there must be no session."""
    spec = BGPPeerSpec(password=BgpPassword(secret_key_ref=SecretKeyRef(name="bgp", key="k")))
    known = Terms(
        asn=ASN,
        local_address="10.4.7.11",
        cluster_id=None,
        export_policy=EXPORTED,
        passwords=lambda ref: Secret(f"s3cret of {ref.name} {ref.key}"),
    )
    made = peer_config(_at("10.4.7.12", spec), known)
    assert made.transport.md5_key == Secret("s3cret of bgp k")
    assert "s3cret" not in f"{made} {made!r}"
    with pytest.raises(PasswordError):
        peer_config(_at("10.4.7.12", spec), replace(known, passwords=no_passwords))


@pytest.mark.parametrize(("cluster_id", "taken"), [("", False), ("244.0.0.1", True)])
def test_service_ranges_are_told_and_not_taken_from_nodes(cluster_id: str, taken: bool) -> None:
    """A reflector takes them, to pass them on; from a router outside everybody takes what it says."""
    one = node("a", "10.4.7.11/24", cluster_id=cluster_id)
    services = BGPConfigurationSpec(service_cluster_ips=(ServiceBlock(cidr="10.96.0.0/12"),))
    terms = Terms.of(cluster(one, BGPConfiguration(metadata=Metadata(name="default"), spec=services)), one)
    assert [str(rule.prefix) for rule in terms.export_policy.rules] == ["10.96.0.0/12"]
    assert terms.services == ("10.96.0.0/12",)
    inside = replace(_at("10.4.7.12"), node="b")
    for prefix in ("10.96.0.0/12", "10.96.0.1/32"):
        assert verdict(policy_of(peer_config(inside, terms)), prefix, path("")).accepted is taken
        assert verdict(policy_of(peer_config(_at("10.4.7.12"), terms)), prefix, path("")).accepted
    assert verdict(policy_of(peer_config(inside, terms)), "10.244.1.0/26", path("")).accepted


@pytest.mark.parametrize(
    ("cluster_id", "asn", "mode", "kept"),
    [
        ("244.0.0.1", 65010, NextHopMode.AUTO, True),
        ("244.0.0.1", 65010, NextHopMode.SELF, False),
        ("244.0.0.1", ASN, NextHopMode.AUTO, False),
        ("", 65010, NextHopMode.AUTO, False),
    ],
)
def test_a_reflector_tells_routers_the_node_that_serves(
    cluster_id: str, asn: int, mode: NextHopMode, kept: bool
) -> None:
    """Unless the operator wants it to stand in the way; who does not reflect has no such routes of others."""
    one = node("a", "10.4.7.11/24", cluster_id=cluster_id)
    services = BGPConfigurationSpec(service_cluster_ips=(ServiceBlock(cidr="10.96.0.0/12"),))
    terms = Terms.of(cluster(one, BGPConfiguration(metadata=Metadata(name="default"), spec=services)), one)
    made = peer_config(replace(_at("10.4.7.21", BGPPeerSpec(next_hop_mode=mode)), asn=asn), terms)
    assert ("next hop kept in 10.96.0.0/12" in str(made.export_policy)) is kept


def policy_of(made: PeerConfig) -> Policy:
    """Return what comes in."""
    assert made.import_policy is not None
    return made.import_policy


def _at(address: str, spec: BGPPeerSpec | None = None) -> Peering:
    return Peering(
        address=address,
        port=179,
        asn=ASN,
        kind=PeeringKind.NODE,
        node="",
        client=False,
        resource="p",
        spec=spec or BGPPeerSpec(),
    )
