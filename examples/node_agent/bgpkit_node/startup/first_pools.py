"""The pools that an agent makes in an empty datastore, as Calico's environment variables say. Pure.

``CALICO_IPV4POOL_`` and ``CALICO_IPV6POOL_`` before ``CIDR``, ``IPIP`` (IPv4 only), ``VXLAN``, ``BLOCK_SIZE``,
``NODE_SELECTOR``, ``NAT_OUTGOING`` and ``DISABLE_BGP_EXPORT``; ``NO_DEFAULT_POOLS``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPNetwork
from bgpkit_node.resources import EncapsulationMode, IPPool, IPPoolSpec, Metadata, kind_of
from bgpkit_node.resources.address_text import parse_network

NONE: Final = "NO_DEFAULT_POOLS"
_MODES: Final = {
    "": EncapsulationMode.NEVER,
    "never": EncapsulationMode.NEVER,
    "off": EncapsulationMode.NEVER,
    "always": EncapsulationMode.ALWAYS,
    "crosssubnet": EncapsulationMode.CROSS_SUBNET,
    "cross-subnet": EncapsulationMode.CROSS_SUBNET,
}
_TRUE: Final = frozenset({"true", "1", "yes", "y", "t"})
_FALSE: Final = frozenset({"false", "0", "no", "n", "f"})
_FIELDS: Final = {
    "CIDR": "cidr",
    "IPIP": "ipip_mode",
    "VXLAN": "vxlan_mode",
    "BLOCK_SIZE": "block_size",
    "NODE_SELECTOR": "node_selector",
    "NAT_OUTGOING": "nat_outgoing",
    "DISABLE_BGP_EXPORT": "disable_bgp_export",
}
_PRIVATE: Final = (
    IPv4Network("192.168.0.0/16"),
    *IPv4Network("172.16.0.0/12").subnets(new_prefix=16),
    *IPv4Network("10.0.0.0/8").subnets(new_prefix=16),
)
_LOCAL: Final = (IPv6Network("fd80:24e2:f998:72d6::/64"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPool:
    """What is said of the first pool of an IP ``version``, 4 or 6."""

    version: int
    wanted: bool = True
    cidr: IPNetwork | None = None
    """None: that of the cluster's pods if it is known, else a private range that is free."""
    spec: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The other fields of an IPPoolSpec."""
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the variables say, by the field of an IPPoolSpec."""

    @property
    def name(self) -> str:
        """The name of the pool."""
        return f"default-ipv{self.version}-ippool"

    def variable(self, name: str) -> str:
        """Return the variable that speaks of a field of an IPPoolSpec."""
        return _variable(self.version, next(word for word, known in _FIELDS.items() if known == name))

    def resource(self, cidr: IPNetwork) -> IPPool:
        """Return the pool, with ``cidr`` as its range."""
        return IPPool(metadata=Metadata(name=self.name), spec=IPPoolSpec(cidr=str(cidr), **self.spec))


@dataclass(frozen=True, slots=True)
class FirstPools:
    """The first pools of both families."""

    ipv4: FirstPool = FirstPool(version=4, spec={"nat_outgoing": True})
    ipv6: FirstPool = FirstPool(version=6)

    def of(self, *, ipv6: bool, ipv4: bool = True) -> tuple[FirstPool, ...]:
        """Return those that are wanted, on a node with or without an ``ipv4`` and an ``ipv6`` address."""
        return tuple(pool for pool, has in ((self.ipv4, ipv4), (self.ipv6, ipv6)) if has and pool.wanted)


def read_first_pools(environment: Mapping[str, str]) -> FirstPools:
    """Read the variables; NodeError, one sentence that names the variable, when one has a value that cannot be."""
    none = _flag(NONE, environment.get(NONE, ""), default=False)
    pools = tuple(_read(version, environment) for version in (4, 6))
    for pool in pools:
        if none and "cidr" in pool.said:
            raise NodeError(f"{NONE} is true and {pool.variable('cidr')} names a pool: set one of them")
    if none:
        return FirstPools(*(FirstPool(version=pool.version, wanted=False) for pool in pools))
    return FirstPools(*pools)


def free_range(version: int, taken: Iterable[IPNetwork]) -> IPNetwork:
    """Return the first private range that overlaps nothing that is ``taken``; NodeError when there is none."""
    used = [network for network in taken if network.version == version and network.prefixlen]
    candidates: tuple[IPNetwork, ...] = _PRIVATE if version == 4 else _LOCAL
    for candidate in candidates:
        if not any(candidate.overlaps(network) for network in used):
            return candidate
    raise NodeError(
        f"every range that could be the first IPv{version} pool is in use on this machine: name one with "
        f"{_variable(version, 'CIDR')}, or set {NONE}=true"
    )


def ignored(pool: FirstPool, present: Iterable[IPPool]) -> Iterator[str]:
    """Yield what ``pool`` says otherwise than the pools of its family that are ``present``, for a warning."""
    family = [known for known in present if known.network.version == pool.version]
    if not family:
        return
    same = next((known for known in family if known.network == pool.cidr), None)
    if "cidr" in pool.said and same is None:
        ranges = ", ".join(f"{known} has {known.network}" for known in family)
        yield f"{pool.variable('cidr')}={pool.said['cidr']} ({ranges})"
    model = same or next((known for known in family if known.name == pool.name), None)
    if model is None:
        return
    wanted = pool.resource(model.network).spec
    for name in pool.said:
        if name != "cidr" and getattr(wanted, name) != getattr(model.spec, name):
            yield f"{pool.variable(name)}={pool.said[name]} ({model} has {_shown(getattr(model.spec, name))})"


def _read(version: int, environment: Mapping[str, str]) -> FirstPool:
    said = {name: text.strip() for word, name in _FIELDS.items() if (text := environment.get(_variable(version, word)))}
    if said.get("cidr", "").lower() == "none":
        return FirstPool(version=version, wanted=False)
    spec: dict[str, Any] = {"nat_outgoing": version == 4}
    for name, text in said.items():
        if name != "cidr":
            spec[name] = _value(name, _variable_of(version, name), text)
    pool = FirstPool(version=version, cidr=_cidr(version, said.get("cidr")), spec=spec, said=said)
    resource = pool.resource(pool.cidr or (_PRIVATE if version == 4 else _LOCAL)[0])
    for fault in kind_of(resource).faults(resource):
        raise NodeError(f"{_blamed(pool, fault.field)}: {fault.text}")
    return pool


def _cidr(version: int, text: str | None) -> IPNetwork | None:
    if text is None:
        return None
    variable = _variable(version, "CIDR")
    try:
        network = parse_network(text)
    except ValueError as error:
        raise NodeError(f"{variable}: {error}") from error
    if network.version != version:
        raise NodeError(f"{variable}: {text} is an IPv{network.version} range, not an IPv{version} one")
    return network


def _value(name: str, variable: str, text: str) -> object:
    match name:
        case "ipip_mode" | "vxlan_mode":
            if text.lower() not in _MODES:
                raise NodeError(f"{variable} is {text!r}: write Never (or Off), Always or CrossSubnet")
            return _MODES[text.lower()]
        case "block_size":
            if not (text.isascii() and text.isdigit()):
                raise NodeError(f"{variable} is {text!r}: write the prefix length of a block, such as 26")
            return int(text)
        case "nat_outgoing" | "disable_bgp_export":
            return _flag(variable, text, default=False)
        case _:
            return text


def _flag(variable: str, text: str, *, default: bool) -> bool:
    word = text.strip().lower()
    if word and word not in _TRUE | _FALSE:
        raise NodeError(f"{variable} is {text!r}: write true or false")
    return word in _TRUE if word else default


def _blamed(pool: FirstPool, blamed: str) -> str:
    """Return the variable to blame for a fault of a pool's field, which is written as in a resource."""
    plain = blamed.removeprefix("spec.").lower()
    name = next((known for known in _FIELDS.values() if known.replace("_", "") == plain), "cidr")
    return pool.variable(name)


def _variable_of(version: int, name: str) -> str:
    return FirstPool(version=version).variable(name)


def _variable(version: int, word: str) -> str:
    return f"CALICO_IPV{version}POOL_{word}"


def _shown(value: object) -> str:
    if isinstance(value, EncapsulationMode):
        return value.value
    return str(value).lower() if isinstance(value, bool) else str(value)
