"""What a pod wants of its network, gathered from the places where people and runtimes write it.

The pod's annotations come first, then what the runtime was told on its command line, then the configuration.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Final

import msgspec

from bgpkit_node.cni.code import Code
from bgpkit_node.cni.netconf import is_on
from bgpkit_node.cni.protocol import Call
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import IPAddress

PREFIX: Final = "cni.projectcalico.org/"
"""What the annotations begin with."""
_FAMILIES: Final = {"ipv4": 4, "ipv6": 6}
_UNSUPPORTED: Final = {
    "ipAddrsNoIpam": "ask for the address with ipAddrs, out of an IPPool of assignmentMode Manual",
    "floatingIPs": "the agent translates no addresses",
}
_MAC: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which addresses a pod wants, and which MAC address."""

    versions: tuple[int, ...] = (4,)
    """IP versions, one address of each."""
    addresses: tuple[IPAddress, ...] = ()
    """These very addresses; empty: any."""
    pools4: tuple[str, ...] = ()
    """Names or CIDRs of the pools that an IPv4 address may come from; empty: any that is not manual."""
    pools6: tuple[str, ...] = ()
    mac: str = ""

    def pools(self, version: int) -> tuple[str, ...]:
        """Return the pools of one IP version."""
        return self.pools4 if version == _FAMILIES["ipv4"] else self.pools6

    def address(self, version: int) -> IPAddress | None:
        """Return the very address of one IP version that is wanted, if any."""
        return next((address for address in self.addresses if address.version == version), None)


def read_wish(call: Call) -> Wish:
    """Return what the pod of an ADD wants; CniError with code 4 or 7 naming the place where it is wrong."""
    config, annotations = call.config, _annotations(call)
    for name, advice in _UNSUPPORTED.items():
        if name in annotations:
            raise _fault(f"annotation {PREFIX}{name}", f"is not supported: {advice}")
    addresses = _addresses(call, annotations)
    ipam = config.ipam
    return Wish(
        versions=tuple(address.version for address in addresses) or _versions(call, annotations),
        addresses=addresses,
        pools4=_listed(annotations, "ipv4pools") or ipam.ipv4_pools,
        pools6=_listed(annotations, "ipv6pools") or ipam.ipv6_pools,
        mac=_mac(call, annotations),
    )


def _annotations(call: Call) -> dict[str, str]:
    found = call.config.runtime.annotations.items()
    return {name.removeprefix(PREFIX): value for name, value in found if name.startswith(PREFIX)}


def _addresses(call: Call, annotations: dict[str, str]) -> tuple[IPAddress, ...]:
    """Return the addresses of the first place that names any."""
    argument = call.arguments.get("IP", "")
    places: Iterable[tuple[str, Sequence[str], Code]] = (
        (f"annotation {PREFIX}ipAddrs", _listed(annotations, "ipAddrs"), Code.INVALID_NETWORK_CONFIG),
        ("CNI_ARGS IP", argument.split(",") if argument else (), Code.INVALID_ENVIRONMENT),
        ("runtimeConfig.ips", call.config.runtime.ips, Code.INVALID_NETWORK_CONFIG),
        ("args.cni.ips", call.config.args.cni.ips, Code.INVALID_NETWORK_CONFIG),
    )
    for place, texts, code in places:
        if texts:
            return _one_of_each_family(place, texts, code)
    return ()


def _one_of_each_family(place: str, texts: Sequence[str], code: Code) -> tuple[IPAddress, ...]:
    found: dict[int, IPAddress] = {}
    for text in texts:
        try:
            address = ip_interface(text.strip()).ip
        except ValueError as error:
            raise _fault(place, f"{text!r} is not an IP address", code) from error
        if address.version in found:
            raise _fault(place, f"{address} is the second IPv{address.version} address: a pod gets one", code)
        found[address.version] = address
    return tuple(found[version] for version in sorted(found))


def _versions(call: Call, annotations: dict[str, str]) -> tuple[int, ...]:
    ipam = call.config.ipam
    families = [text.lower() for text in _listed(annotations, "ipFamilies")]
    unknown = [text for text in families if text not in _FAMILIES]
    if unknown:
        raise _fault(f"annotation {PREFIX}ipFamilies", f"{unknown[0]!r} is neither IPv4 nor IPv6")
    switches = {4: is_on(ipam.assign_ipv4), 6: is_on(ipam.assign_ipv6)}
    versions = {_FAMILIES[text] for text in families} or {version for version, on in switches.items() if on}
    if not versions:
        raise _fault("ipam.assign_ipv4 and ipam.assign_ipv6", "are both false: a pod needs an address")
    return tuple(sorted(versions))


def _mac(call: Call, annotations: dict[str, str]) -> str:
    places = {
        f"annotation {PREFIX}hwAddr": annotations.get("hwAddr", ""),
        "CNI_ARGS MAC": call.arguments.get("MAC", ""),
        "runtimeConfig.mac": call.config.runtime.mac,
    }
    place, text = next(((place, text) for place, text in places.items() if text), ("", ""))
    mac = text.lower()
    if mac and (not _MAC.fullmatch(mac) or int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00"):
        raise _fault(place, f"{text!r} is not the MAC address of an interface")
    return mac


def _listed(annotations: dict[str, str], name: str) -> tuple[str, ...]:
    text = annotations.get(name, "")
    try:
        return msgspec.json.decode(text, type=tuple[str, ...]) if text else ()
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _fault(f"annotation {PREFIX}{name}", f"{text!r} is not a JSON list of strings") from error


def _fault(place: str, text: str, code: Code = Code.INVALID_NETWORK_CONFIG) -> CniError:
    return CniError(code, f"{place}: {text}")
