"""Services and slices for tests, as a person would write them."""

import json
from collections.abc import Mapping, Sequence

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Speaker
from bgpkit_node.resources import BGPConfiguration, EndpointSlice, Resource, Service, load_documents
from bgpkit_node.services import ServiceBlocks

SHOP = "shop"
"""The namespace of all of them."""


def service(name: str, spec: Mapping[str, object] | None = None, *, ingress: Sequence[str] = ()) -> Service:
    """Return a service; ``ingress`` are the addresses that a load balancer has given it."""
    given = {"loadBalancer": {"ingress": [{"ip": address} for address in ingress]}}
    found = _read("v1", "Service", name, {}, spec=spec or {}, status=given)
    assert isinstance(found, Service)
    return found


def slice_of(name: str, *endpoints: tuple[str, str], port: int = 8080, ready: bool | None = None) -> EndpointSlice:
    """Return a slice of a service called ``name`` with pods: the address of each, and its node."""
    six = any(":" in address for address, _ in endpoints)
    found = _read(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        f"{name}-{6 if six else 4}",
        {"kubernetes.io/service-name": name},
        addressType="IPv6" if six else "IPv4",
        endpoints=[
            {"addresses": [address], "nodeName": node, "conditions": {} if ready is None else {"ready": ready}}
            for address, node in endpoints
        ],
        ports=[{"port": port}],
    )
    assert isinstance(found, EndpointSlice)
    return found


def blocks(cluster: str = "", external: str = "", load_balancer: str = "", *, aggregated: bool = True) -> ServiceBlocks:
    """Return blocks, each kind's separated by spaces."""
    spec = {
        "serviceClusterIPs": [{"cidr": cidr} for cidr in cluster.split()],
        "serviceExternalIPs": [{"cidr": cidr} for cidr in external.split()],
        "serviceLoadBalancerIPs": [{"cidr": cidr} for cidr in load_balancer.split()],
        "serviceLoadBalancerAggregation": "Enabled" if aggregated else "Disabled",
    }
    return ServiceBlocks.of(configuration(spec).spec)


def configuration(spec: Mapping[str, object]) -> BGPConfiguration:
    """Return the default configuration of BGP."""
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "BGPConfiguration", "metadata": {"name": "default"}}
    (document,) = load_documents(json.dumps({**whole, "spec": spec}), "test")
    assert isinstance(document.resource, BGPConfiguration)
    return document.resource


def originated(speaker: Speaker) -> dict[str, str]:
    """Return what the speaker originates, with the next hops."""
    return {
        str(route.prefix): str(route.attributes.next_hop)
        for family in (IPV4_UNICAST, IPV6_UNICAST)
        for route in speaker.routes(family, peer="local")
    }


def _read(version: str, kind: str, name: str, labels: Mapping[str, str], **rest: object) -> Resource:
    metadata = {"name": name, "namespace": SHOP, "labels": labels}
    whole = {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}
    (document,) = load_documents(json.dumps(whole), "test")
    return document.resource
