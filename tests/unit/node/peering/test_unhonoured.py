"""What is kept and does nothing is named; nothing is passed over silently."""

import json
from typing import Any

import pytest

from bgpkit_node.peering import unhonoured
from bgpkit_node.resources import load_documents

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("BGPPeer", {"peerIP": "10.4.7.1", "asNumber": 65000, "node": "a", "reversePeering": "Manual"}, []),
    ("BGPPeer", {"nodeSelector": "all()", "peerSelector": "has(x)", "nextHopMode": "Auto"}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "sourceAddress": "UseNodeIP"}, []),
    ("BGPPeer", {"peerIP": "fd00::1"}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "sourceAddress": "None", "filters": ["f"], "nextHopMode": "Self"}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "password": {"secretKeyRef": {"name": "s", "key": "k"}}}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "ttlSecurity": 1, "keepaliveTime": "10s", "maxRestartTime": "90s"}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "localASNumber": 1, "numAllowedLocalASNumbers": 1}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "reachableBy": "10.4.7.2"}, []),
    ("BGPPeer", {"peerIP": "10.4.7.1", "keepOriginalNextHop": True}, []),
    ("BGPPeer", {"localWorkloadSelector": "all()", "asNumber": 1}, []),
    ("BGPConfiguration", {"nodeToNodeMeshEnabled": True, "asNumber": 63400, "listenPort": 179}, []),
    ("BGPConfiguration", {"logSeverityScreen": "Info", "bindMode": "None"}, []),
    ("BGPConfiguration", {"serviceClusterIPs": [{"cidr": "10.96.0.0/16"}]}, []),
    (
        "BGPConfiguration",
        {"serviceExternalIPs": [{"cidr": "192.0.2.1/32"}], "serviceLoadBalancerAggregation": "Disabled"},
        [],
    ),
    ("BGPConfiguration", {"bindMode": "NodeIP", "logSeverityScreen": "Debug"}, []),
    ("BGPConfiguration", {"nodeMeshPassword": {"secretKeyRef": {"name": "s", "key": "k"}}}, []),
    ("BGPConfiguration", {"prefixAdvertisements": [{"cidr": "10.0.0.0/8"}], "nodeMeshMaxRestartTime": "90s"}, []),
    ("IPPool", {"cidr": "10.244.0.0/16", "ipipMode": "Never", "vxlanMode": "Never", "blockSize": 26}, []),
    ("IPPool", {"cidr": "10.244.0.0/16", "ipipMode": "Always", "natOutgoing": True}, []),
    ("IPPool", {"cidr": "10.244.0.0/16", "vxlanMode": "CrossSubnet"}, []),
    ("IPPool", {"cidr": "10.244.0.0/16", "namespaceSelector": "all()"}, ["namespaceSelector"]),
    ("IPPool", {"cidr": "fd00::/64"}, []),
    ("Node", {"bgp": {"ipv4Address": "10.4.7.11/24", "ipv4IPIPTunnelAddr": "10.244.0.1"}}, []),
    ("BGPFilter", {"exportV4": [{"action": "Reject", "cidr": "10.0.0.0/8", "matchOperator": "In"}]}, []),
    ("BGPFilter", {"importV6": [{"action": "Accept"}, {"action": "Reject", "interface": "eth*"}]}, ["importV6[1].int"]),
    ("FelixConfiguration", {"bpfEnabled": True, "healthPort": 9099}, ["bpfEnabled", "healthPort"]),
    ("FelixConfiguration", {"natPortRange": "1:9", "natOutgoingExclusions": "IPPoolsAndHostIPs"}, []),
    ("FelixConfiguration", {"natOutgoingAddress": "10.4.7.9", "nftablesRefreshInterval": "1m"}, []),
    ("FelixConfiguration", {"iptablesNATOutgoingInterfaceFilter": "eth+"}, []),
    ("FelixConfiguration", {"failsafeInboundHostPorts": [{"port": 22}], "failsafeOutboundHostPorts": []}, []),
    ("FelixConfiguration", {"defaultEndpointToHostAction": "Drop", "iptablesFilterDenyAction": "Reject"}, []),
    ("FelixConfiguration", {"nftablesFilterDenyAction": "Reject", "vxlanPort": 4790}, []),
    ("FelixConfiguration", {"logActionRateLimit": "10/second", "logActionRateLimitBurst": 9}, []),
    ("FelixConfiguration", {"allowIPIPPacketsFromWorkloads": True, "allowVXLANPacketsFromWorkloads": True}, []),
    ("FelixConfiguration", {"nftablesMarkMask": 65536, "externalNodesList": ["192.0.2.1"]}, []),
    ("FelixConfiguration", {"workloadSourceSpoofing": "Any", "interfacePrefix": "cali,tap"}, []),
    ("FelixConfiguration", {"logPrefix": "%t %n", "disableConntrackInvalidCheck": True}, []),
    ("IPReservation", {"reservedCIDRs": ["10.244.0.0/30"]}, []),
    ("ClusterInformation", {"datastoreReady": True}, []),
    ("IPAMConfiguration", {"strictAffinity": True}, []),
    ("Node", {"orchRefs": [{"nodeName": "a", "orchestrator": "k8s"}]}, []),
    ("Node", {"bgp": {"ipv6Address": "fd00::11/64"}}, []),
]


@pytest.mark.parametrize(("kind", "spec", "fields"), CASES, ids=[f"{case[0]}-{'-'.join(case[1])}" for case in CASES])
def test_each_field_that_does_nothing_is_named(kind: str, spec: dict[str, Any], fields: list[str]) -> None:
    """One sentence a field, with the resource; none for what is acted upon, or says what happens anyway."""
    text = json.dumps(
        {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": "default"}, "spec": spec}
    )
    (document,) = load_documents(text, "test")
    sentences = list(unhonoured(document.resource))
    assert len(sentences) == len(fields)
    for sentence in sentences:
        assert any(sentence.startswith(f"{kind}(default): spec.{field}") for field in fields)
        assert "not honoured yet" in sentence
