"""The answer to ADD in the shape of the version asked for. CNI specification 1.1.0, section 5."""

from ipaddress import IPv4Address, IPv4Interface

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.netconf import NetConf, PreviousInterface, PreviousResult
from bgpkit_node.cni.pod_layout import GATEWAY
from bgpkit_node.cni.ports import Connected
from bgpkit_node.errors import CniError


def render_result(
    attachment: Attachment, address: IPv4Address, connected: Connected, mtu: int, config: NetConf
) -> dict[str, object]:
    """Return the result of a successful ADD: the host's side is interface 0, the pod's interface 1."""
    host: dict[str, object] = {"name": attachment.host_interface, "mac": connected.host_mac}
    pod: dict[str, object] = {
        "name": attachment.interface,
        "mac": connected.pod_mac,
        "sandbox": attachment.netns,
    }
    given: dict[str, object] = {"interface": 1, "address": f"{address}/32"}
    link: dict[str, object] = {"dst": f"{GATEWAY}/32"}
    default: dict[str, object] = {"dst": "0.0.0.0/0", "gw": str(GATEWAY)}
    if config.cni_version == "1.1.0":
        host["mtu"] = pod["mtu"] = mtu
        link["scope"] = 253
    if config.cni_version.startswith("0."):
        given["version"] = "4"
    return {
        "cniVersion": config.cni_version,
        "interfaces": [host, pod],
        "ips": [given],
        "routes": [link, default],
        "dns": config.dns,
    }


def pod_address(previous: PreviousResult, interface: str) -> IPv4Address:
    """Return the IPv4 address that an earlier result gives to the container's ``interface``; CniError when none."""
    for given in previous.ips:
        index = given.interface
        if index is not None and not 0 <= index < len(previous.interfaces):
            msg = "prevResult names an interface that it does not list"
            raise CniError(Code.INVALID_NETWORK_CONFIG, msg, f"index {index}")
        if index is None or (previous.interfaces[index].name == interface and previous.interfaces[index].sandbox):
            try:
                return IPv4Interface(given.address).ip
            except ValueError:
                continue
    msg = f"prevResult has no IPv4 address on {interface}"
    raise CniError(Code.INVALID_NETWORK_CONFIG, msg)


def pod_side(previous: PreviousResult, interface: str) -> PreviousInterface:
    """Return what an earlier result says of the container's ``interface``; empty fields where it says nothing."""
    sides = (item for item in previous.interfaces if item.name == interface and item.sandbox)
    return next(sides, PreviousInterface(name=interface))
