"""What a speaker is told of a session that a plan asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Self

import structlog

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, BfdOptions, NextHopSelf, PeerConfig, Prefix, TransportOptions
from bgpkit.policy import REJECT_ALL, Policy, PrefixPolicy, PrefixRule
from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.filters import export_policy, import_policy
from bgpkit_node.peering.passwords import Passwords, no_passwords, password_of
from bgpkit_node.peering.plan import Peering, PeeringKind
from bgpkit_node.resources import BGPFilter, BGPPeerSpec, NextHopMode, Node, SourceAddress
from bgpkit_node.resources.address_text import parse_duration
from bgpkit_node.resources.bgp_filter import PeerType

RESTART_SECONDS: Final = 120
HOLD_SECONDS: Final = 90
_KEEPALIVES: Final = 3
"""Keepalives in a hold time. RFC 4271, section 10."""
_OWN_AS_MOST: Final = 10
_HOPS_MOST: Final = 254
"""More hops than these no TTL tells apart."""
_FOUR: Final = 4
_LOG: Final = structlog.get_logger("bgpkit_node.peering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all sessions of a node have in common."""

    asn: int
    local_address: str
    """Where sessions of IPv4 come from; empty on a node with IPv6 alone."""
    cluster_id: IPv4Address | None
    export_policy: PrefixPolicy
    """What may leave the node where no filter says otherwise: prefixes of the cluster's pools."""
    filters: Mapping[str, BGPFilter] = field(default_factory=dict[str, BGPFilter])
    """The filters that BGPPeers may name."""
    advertised: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Ranges, each with the communities that prefixes in it are advertised with."""
    address6: IPv6Address | None = None
    """Where sessions of IPv6 come from."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """The networks that the node is in: peers there are a link away."""
    watched: frozenset[str] = frozenset()
    """The names of the BGPPeers whose paths are watched; the empty name is the mesh's."""
    passwords: Passwords = no_passwords
    services: tuple[str, ...] = ()
    """Blocks of service addresses: what lies in them is told, and a reflector alone takes it from other nodes."""

    @classmethod
    def of(cls, cluster: Cluster, node: Node, passwords: Passwords = no_passwords) -> Self:
        """Return the terms of ``node``, where ``passwords`` finds those of sessions."""
        services = tuple(map(str, cluster.service_blocks.every))
        exported = tuple(PrefixRule(Prefix.parse(cidr)) for cidr in (*map(str, cluster.exported), *services))
        return cls(
            asn=cluster.asn(node),
            local_address="" if node.ipv4 is None else str(node.ipv4.ip),
            cluster_id=node.cluster_id,
            export_policy=PrefixPolicy("ip-pools", exported),
            filters={one.name: one for one in cluster.filters},
            advertised=cluster.advertised(node),
            address6=None if node.ipv6 is None else node.ipv6.ip,
            networks=tuple(own.network for own in node.interfaces),
            watched=cluster.watched,
            passwords=passwords,
            services=services,
        )

    def own_address(self, version: int) -> str:
        """Return the node's address of an IP version; empty when it has none."""
        return self.local_address if version == _FOUR else str(self.address6 or "")


def peer_config(peering: Peering, terms: Terms) -> PeerConfig:
    """Return the configuration of a session of a node with ``terms``.

    A peering that names a filter there is not tells nothing and takes nothing: what the filter was to keep away is not
    known. Raises PasswordError when the session's password is not there.
    """
    spec = peering.spec
    external = peering.asn != terms.asn
    taken, told = _policies(peering, PeerType.EBGP if external else PeerType.IBGP, terms)
    speaks_as = spec.local_as_number if external and spec.local_as_number not in {0, peering.asn} else None
    return PeerConfig(
        address=peering.address,
        asn=peering.asn,
        families=(IPV4_UNICAST if peering.version == _FOUR else IPV6_UNICAST,),
        port=peering.port,
        local_address=_local_address(peering, terms),
        transport=TransportOptions(ttl_security=_hops(spec), md5_key=password_of(spec.password, terms.passwords)),
        passive=peering.kind is PeeringKind.WORKLOAD,
        hold_time=_hold_time(spec),
        route_reflector_client=peering.client,
        cluster_id=terms.cluster_id,
        next_hop_self=NextHopSelf.ALL if spec.next_hop_mode is NextHopMode.SELF and not external else NextHopSelf.NEVER,
        import_policy=taken,
        export_policy=told,
        local_asn=speaks_as,
        local_asn_alone=speaks_as is not None,
        local_asn_on_import=speaks_as is None,
        allow_own_as=min(spec.num_allowed_local_as_numbers or 0, _OWN_AS_MOST),
        restart_time=round(parse_duration(spec.max_restart_time)) if spec.max_restart_time else RESTART_SECONDS,
        bfd=_bfd(peering, terms),
        description=peering.node or peering.resource,
    )


def _local_address(peering: Peering, terms: Terms) -> str | None:
    """Return our end of the session; None leaves it to the kernel."""
    if peering.own_address:
        return peering.own_address
    if peering.spec.source_address is SourceAddress.NONE:
        return None
    return terms.own_address(peering.version) or None


def _policies(peering: Peering, peer: PeerType, terms: Terms) -> tuple[Policy, Policy]:
    """Return what is taken from the peer, and what it is told."""
    spec = peering.spec
    missing = [name for name in spec.filters if name not in terms.filters]
    if missing:
        _LOG.warning("peering.filters_missing", peer=peering.address, resource=peering.resource, filters=missing)
        return REJECT_ALL, REJECT_ALL
    named = [terms.filters[name] for name in spec.filters]
    reflects = terms.cluster_id is not None
    by_default = peer is PeerType.EBGP and spec.next_hop_mode is not NextHopMode.SELF
    keep = spec.next_hop_mode is NextHopMode.KEEP or spec.keep_original_next_hop
    told = export_policy(
        named,
        peer,
        terms.export_policy,
        advertised=terms.advertised,
        keep_next_hop=keep and peer is PeerType.EBGP,
        served_elsewhere=terms.services if reflects and by_default else (),
    )
    return import_policy(named, peer, kept_out=terms.services if peering.node and not reflects else ()), told


def _hold_time(spec: BGPPeerSpec) -> int:
    """Return the hold time, in which three keepalives fit."""
    if spec.keepalive_time is None:
        return HOLD_SECONDS
    return max(round(parse_duration(spec.keepalive_time) * _KEEPALIVES), _KEEPALIVES)


def _bfd(peering: Peering, terms: Terms) -> BfdOptions | None:
    """Return how the path to the peer is watched; None: it is not, or leads over more than a link. RFC 5881."""
    if peering.resource not in terms.watched:
        return None
    return BfdOptions() if any(ip_address(peering.address) in network for network in terms.networks) else None


def _hops(spec: BGPPeerSpec) -> int | None:
    """Return how far away the peer may be; None when nothing is said of it."""
    hops = spec.ttl_security
    return hops if hops is None or hops <= _HOPS_MOST else None
