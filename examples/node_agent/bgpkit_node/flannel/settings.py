"""What flannel says of itself on a node: the range of all pods, this node's part of it, and how packets travel."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_interface, ip_network
from pathlib import Path
from typing import Final

import msgspec

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam.address import contains
from bgpkit_node.kernel import Interface, Network

SUBNET_ENV: Final = Path("/run/flannel/subnet.env")
"""Written by flannel's daemon for its CNI plugin, anew at each start."""
NET_CONF: Final = Path("/etc/kube-flannel/net-conf.json")
"""The daemon's configuration, where it is not only in its ConfigMap."""
_NETWORKS: Final = ("FLANNEL_NETWORK", "FLANNEL_IPV6_NETWORK")
_SUBNETS: Final = ("FLANNEL_SUBNET", "FLANNEL_IPV6_SUBNET")
_SUBNET_LENGTHS: Final = {4: 24, 6: 64}


class Backend(Enum):
    """How flannel's packets travel between nodes; the values are the words of its configuration."""

    HOST_GW = "host-gw"
    VXLAN = "vxlan"
    UNKNOWN = "unknown"
    """Nothing says which, or it is another one: every form of route is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ranges of flannel; of IPv4, of IPv6, or one of each."""

    networks: tuple[Network, ...] = ()
    """The ranges of all pods."""
    subnets: tuple[Interface, ...] = ()
    """This node's parts of them, with the address of the node's bridge; empty when only the ranges are known."""
    backend: Backend = Backend.UNKNOWN
    direct_routing: bool = False
    """Whether VXLAN is left out between nodes of one segment."""

    def network_of(self, destination: Network) -> Network | None:
        """Return the range that ``destination`` is a proper part of."""
        inner = (network for network in self.networks if network.prefixlen < destination.prefixlen)
        return next((network for network in inner if contains(network, destination)), None)

    def subnet_length(self, version: int) -> int:
        """Return the prefix length of each node's part: that of this node, else flannel's default."""
        own = (subnet.network.prefixlen for subnet in self.subnets if subnet.version == version)
        return next(own, _SUBNET_LENGTHS[version])


class _Backend(msgspec.Struct, frozen=True):
    type: str = msgspec.field(default="", name="Type")
    direct_routing: bool = msgspec.field(default=False, name="DirectRouting")


class _NetConf(msgspec.Struct, frozen=True):
    network: str = msgspec.field(default="", name="Network")
    ipv6_network: str = msgspec.field(default="", name="IPv6Network")
    backend: _Backend = msgspec.field(default=_Backend(), name="Backend")


def read_settings(subnet_env: Path, net_conf: Path) -> Settings | None:
    """Return what both files tell, or one of them; None when there is neither.

    Raises NodeError when one is there and cannot be read or understood.
    """
    env, conf = _text(subnet_env), _text(net_conf)
    if env is None and conf is None:
        return None
    networks, subnets = ((), ()) if env is None else _parse_env(env, subnet_env)
    if conf is None:
        return Settings(networks=networks, subnets=subnets)
    try:
        told = msgspec.json.decode(conf, type=_NetConf)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NodeError(f"{net_conf}: is no configuration of flannel: {error}") from error
    texts = (told.network, told.ipv6_network)
    return Settings(
        networks=networks or tuple(_network(text, net_conf) for text in texts if text),
        subnets=subnets,
        backend=_backend(told.backend.type),
        direct_routing=told.backend.direct_routing,
    )


def _backend(word: str) -> Backend:
    return next((backend for backend in Backend if backend.value == word.lower()), Backend.UNKNOWN)


def _parse_env(text: str, source: Path) -> tuple[tuple[Network, ...], tuple[Interface, ...]]:
    given = {
        key.strip(): value.strip().strip("\"'")
        for key, equals, value in (line.partition("=") for line in text.splitlines())
        if equals and not key.lstrip().startswith("#")
    }
    networks = tuple(_network(given[key], source) for key in _NETWORKS if given.get(key))
    subnets = tuple(_interface(given[key], source) for key in _SUBNETS if given.get(key))
    if not networks:
        raise NodeError(f"{source}: names no FLANNEL_NETWORK: flannel's daemon writes it anew when it starts")
    return networks, subnets


def _network(text: str, source: Path) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise NodeError(f"{source}: {text!r} is no range of addresses: {error}") from error


def _interface(text: str, source: Path) -> Interface:
    try:
        return ip_interface(text)
    except ValueError as error:
        raise NodeError(f"{source}: {text!r} is no address with its range: {error}") from error


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NodeError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NodeError(f"{path}: is not text in UTF-8") from error
