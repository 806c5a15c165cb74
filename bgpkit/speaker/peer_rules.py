"""From a peer's configuration to the rules of its way in, and to the update group of its way out."""

from ipaddress import IPv4Address
from typing import Final

from bgpkit.adj_rib_out import ExportKey, LongLivedStale, PrivateAs
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.shared import Shared
from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_UNICAST, IPV6_UNICAST, Family, Negotiated
from bgpkit_rib import BEST, BEST_EXTERNAL, Selection, Source, SourceKind

_HAVE_OTC: Final = frozenset({IPV4_UNICAST, IPV6_UNICAST})
"""RFC 9234, section 5: only in these families unless an operator asks for more."""


def cluster_id(config: PeerConfig, shared: Shared) -> IPv4Address:
    """Return the CLUSTER_ID towards the peer. RFC 4456, section 7."""
    return config.cluster_id or shared.cluster_id


def import_rules(config: PeerConfig, shared: Shared) -> ImportRules:
    """Return the rules of the way in."""
    own_asns = {shared.asn, shared.session_asn(SourceKind.EBGP)}
    if config.local_asn is not None:
        own_asns.add(config.local_asn)
    confederation = shared.confederation
    kind = shared.kind_of(config)
    external = kind is SourceKind.EBGP
    return ImportRules(
        own_asns=frozenset(own_asns),
        member_asn=None if confederation is None or confederation.identifier == shared.asn else shared.asn,
        from_confederation=kind is SourceKind.CONFEDERATION,
        entered_asn=config.local_asn if config.local_asn_on_import else None,
        bgp_identifier=int(shared.bgp_identifier),
        cluster_ids=shared.clusters.ids,
        allow_own_as=config.allow_own_as,
        peer_asn=config.asn,
        enforce_first_as=config.enforce_first_as and external,
        role=config.role,
        honor_graceful_shutdown=config.honor_graceful_shutdown and external,
        shutting_down=config.graceful_shutdown and external,
        long_lived=config.long_lived_stale_time > 0,
        weight=config.weight,
        decision=shared.decision,
    )


def export_key(
    config: PeerConfig, shared: Shared, negotiated: Negotiated, source: Source, family: Family, next_hop: bytes
) -> ExportKey:
    """Return all that changes the octets sent to the peer for ``family``; ``next_hop`` is our own address, packed."""
    kind = source.kind
    own_asn = shared.session_asn(kind)
    external = kind is SourceKind.EBGP
    return ExportKey(
        family=family,
        kind=kind,
        peer_asn=config.asn if config.as_override or config.private_as is not PrivateAs.KEEP else 0,
        local_asn=(config.local_asn or own_asn) if external else own_asn,
        replaced_asn=own_asn if external and config.local_asn and not config.local_asn_alone else 0,
        bgp_identifier=int(shared.bgp_identifier),
        cluster_id=int(cluster_id(config, shared)),
        next_hop=next_hop,
        next_hop_self=config.next_hop_self,
        client_to_client=shared.client_to_client,
        as_override=config.as_override,
        private_as=config.private_as,
        two_octet_as=not negotiated.four_octet_as,
        maximum=65535 if negotiated.extended_message else 4096,
        selection=_selection(config, kind, family),
        add_path=family in negotiated.add_path_send,
        default_originate=config.default_originate,
        summaries=shared.summaries(family),
        extended_next_hop=family in negotiated.extended_next_hop,
        advertisement_interval=config.advertisement_interval,
        long_lived_stale=_long_lived_stale(config, negotiated),
        route_targets=shared.route_targets.interest(source, family),
        role=config.role if external and family in _HAVE_OTC else None,
        graceful_shutdown=config.graceful_shutdown,
        own_only=shared.deferral.active,
        policy=shared.policies(config)[1],
    )


def _selection(config: PeerConfig, kind: SourceKind, family: Family) -> Selection:
    """Return which paths go out; of memberships, those of clients before others' (RFC 4684, section 3.2)."""
    if family == IPV4_ROUTE_TARGET and kind is SourceKind.NON_CLIENT and config.advertise == BEST:
        return BEST_EXTERNAL
    return config.advertise


def _long_lived_stale(config: PeerConfig, negotiated: Negotiated) -> LongLivedStale:
    """Return whether long-lived stale routes go to the peer; the last resort is for internal ones alone.

    RFC 9494, sections 4.3 and 4.6.
    """
    if negotiated.peer_long_lived_graceful_restart is not None:
        return LongLivedStale.SENT
    return LongLivedStale.LAST_RESORT if config.long_lived_last_resort else LongLivedStale.WITHHELD
