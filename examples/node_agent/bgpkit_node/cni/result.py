"""The answer to ADD in the shape of the version asked for, and reading one. CNI specification 1.1.0, section 5."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_interface

import msgspec

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.netconf import NetConf, PreviousInterface, PreviousResult
from bgpkit_node.cni.pod_layout import EXITS
from bgpkit_node.cni.ports import Connected, Wiring
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import IPAddress

_SCOPE_LINK = 253


def render_result(
    attachment: Attachment, wiring: Wiring, connected: Connected, config: NetConf, raw: Mapping[str, object]
) -> dict[str, object]:
    """Return the result of a successful ADD: first the host's side, then the pod's.

    What earlier plugins of the list have answered, ``prevResult`` in the ``raw`` configuration, stands before ours.
    """
    host: dict[str, object] = {"name": attachment.host_interface, "mac": connected.host_mac}
    pod: dict[str, object] = {"name": attachment.interface, "mac": connected.pod_mac, "sandbox": attachment.netns}
    if config.cni_version == "1.1.0":
        host["mtu"] = pod["mtu"] = wiring.mtu
    earlier = _earlier(raw)
    interfaces, ips, routes = (_objects(earlier, key) for key in ("interfaces", "ips", "routes"))
    return {
        **earlier,
        "cniVersion": config.cni_version,
        "interfaces": [*interfaces, host, pod],
        "ips": [*ips, *(_address(address, config, len(interfaces) + 1) for address in wiring.addresses)],
        "routes": [*routes, *(route for address in wiring.addresses for route in _routes(address, config))],
        "dns": config.dns or earlier.get("dns", {}),
    }


def pod_addresses(previous: PreviousResult, interface: str) -> tuple[IPAddress, ...]:
    """Return the addresses that an earlier result gives to the container's ``interface``; CniError when none."""
    found: list[IPAddress] = []
    for given in previous.ips:
        index = given.interface
        if index is not None and not 0 <= index < len(previous.interfaces):
            msg = "prevResult names an interface that it does not list"
            raise CniError(Code.INVALID_NETWORK_CONFIG, msg, f"index {index}")
        if index is None or (previous.interfaces[index].name == interface and previous.interfaces[index].sandbox):
            try:
                found.append(ip_interface(given.address).ip)
            except ValueError as error:
                msg = "prevResult has an address that is none"
                raise CniError(Code.INVALID_NETWORK_CONFIG, msg, given.address) from error
    if not found:
        raise CniError(Code.INVALID_NETWORK_CONFIG, f"prevResult has no address on {interface}")
    return tuple(found)


def pod_side(previous: PreviousResult, interface: str) -> PreviousInterface:
    """Return what an earlier result says of the container's ``interface``; empty fields where it says nothing."""
    sides = (item for item in previous.interfaces if item.name == interface and item.sandbox)
    return next(sides, PreviousInterface(name=interface))


def _address(address: IPAddress, config: NetConf, interface: int) -> dict[str, object]:
    given: dict[str, object] = {"interface": interface, "address": str(ip_interface(address))}
    if config.cni_version.startswith("0."):
        given["version"] = str(address.version)
    return given


def _routes(address: IPAddress, config: NetConf) -> list[dict[str, object]]:
    way = EXITS[address.version]
    default: dict[str, object] = {"dst": way.default, "gw": str(way.gateway)}
    if not way.link_route:
        return [default]
    link: dict[str, object] = {"dst": str(ip_interface(way.gateway))}
    if config.cni_version == "1.1.0":
        link["scope"] = _SCOPE_LINK
    return [link, default]


def _earlier(raw: Mapping[str, object]) -> dict[str, object]:
    previous = raw.get("prevResult")
    return msgspec.convert(previous, dict[str, object]) if previous is not None else {}


def _objects(earlier: Mapping[str, object], key: str) -> Sequence[object]:
    found = earlier.get(key)
    return msgspec.convert(found, list[object]) if found is not None else []
