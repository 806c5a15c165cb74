"""Fields of resources that are read and kept and yet change nothing here: each is named, none passed over silently."""

from collections.abc import Iterator, Mapping
from typing import Final

from bgpkit_node.resources import (
    BGPConfiguration,
    BGPFilter,
    BGPPeer,
    FelixConfiguration,
    IPPool,
    Resource,
)
from bgpkit_node.resources.bgp_filter import rules_of
from bgpkit_node.resources.part import to_plain

_HONOURED: Final[Mapping[str, frozenset[str]]] = {
    "BGPPeer": frozenset(
        {
            *("node", "nodeSelector", "peerIP", "asNumber", "peerSelector", "reversePeering", "filters"),
            *("localASNumber", "numAllowedLocalASNumbers", "nextHopMode", "keepOriginalNextHop", "sourceAddress"),
            *("maxRestartTime", "keepaliveTime", "ttlSecurity", "password", "reachableBy", "localWorkloadSelector"),
        }
    ),
    "BGPConfiguration": frozenset(
        {
            *("nodeToNodeMeshEnabled", "asNumber", "listenPort", "nodeMeshMaxRestartTime", "logSeverityScreen"),
            *("communities", "prefixAdvertisements", "nodeMeshPassword", "bindMode"),
            *("localWorkloadPeeringIPV4", "localWorkloadPeeringIPV6"),
            *("serviceClusterIPs", "serviceExternalIPs", "serviceLoadBalancerIPs", "serviceLoadBalancerAggregation"),
        }
    ),
    "FelixConfiguration": frozenset(
        {
            *("nodeSelector", "natOutgoingAddress", "natOutgoingExclusions", "natPortRange", "nftablesRefreshInterval"),
            *("failsafeInboundHostPorts", "failsafeOutboundHostPorts", "defaultEndpointToHostAction"),
            *("nftablesFilterDenyAction", "iptablesFilterDenyAction", "logActionRateLimit", "logActionRateLimitBurst"),
            *("nftablesMarkMask", "externalNodesList", "interfacePrefix", "logPrefix", "disableConntrackInvalidCheck"),
            "workloadSourceSpoofing",
            *("allowIPIPPacketsFromWorkloads", "allowVXLANPacketsFromWorkloads"),
            *("iptablesNATOutgoingInterfaceFilter", "ipipMTU", "vxlanMTU", "vxlanMTUV6", "vxlanPort", "vxlanVNI"),
        }
    ),
    "IPPool": frozenset(
        {
            *("cidr", "disabled", "disableBGPExport", "blockSize", "nodeSelector", "allowedUses", "assignmentMode"),
            *("natOutgoing", "ipipMode", "vxlanMode"),
        }
    ),
}
"""What is acted upon; whatever else is set is named, fields of a later day, too."""
_AS_IT_IS: Final[Mapping[str, str]] = {
    "nextHopMode": "Auto",
    "sourceAddress": "UseNodeIP",
    "bindMode": "None",
    "programClusterRoutes": "EnabledNoEncapOnly",
}
"""Values that ask for what happens anyway."""


def unhonoured(resource: Resource) -> Iterator[str]:
    """Yield a sentence for each field of ``resource`` that asks for something this version does not do."""
    match resource:
        case BGPFilter(spec=spec):
            for field, _, rule in rules_of(spec):
                if rule.interface:
                    yield f"{resource}: {field}.interface is kept, but not honoured yet: the rule matches nothing"
        case _:
            pass
    for field in _fields(resource):
        yield f"{resource}: spec.{field} is kept, but not honoured yet: everything goes on as without it"


def _fields(resource: Resource) -> Iterator[str]:
    match resource:
        case BGPPeer(spec=spec) | IPPool(spec=spec) | BGPConfiguration(spec=spec) | FelixConfiguration(spec=spec):
            pass
        case _:
            return
    for field, value in to_plain(spec).items():
        if field not in _HONOURED[resource.kind] and _AS_IT_IS.get(field) != value:
            yield field
