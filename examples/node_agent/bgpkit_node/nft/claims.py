"""Which endpoint has which interface, where several may want the same."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.policy.model import Address, Endpoint
from bgpkit_node.policy.program import EndpointProgram
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES

_INTERFACE: Final = re.compile(r"[A-Za-z0-9_.@-]{1,15}")


class _Claim(NamedTuple):
    host: bool
    interface: str


def sought(programs: Iterable[EndpointProgram]) -> frozenset[Address]:
    """Return the addresses by which interfaces of a node are to be found: of those that have no name."""
    unnamed = (each.endpoint for each in programs if each.endpoint.host and not each.endpoint.interface)
    return frozenset(address for endpoint in unnamed for address in endpoint.addresses)


class Claims:
    """The first that claims an interface has it, until it is released."""

    def __init__(self, settings: EnforcementSettings, interfaces: Mapping[Address, str]) -> None:
        """Begin with none; ``interfaces`` are those of the node by the addresses that are :func:`sought`."""
        self._settings = settings
        self._interfaces = interfaces
        self._claims: dict[str, _Claim] = {}
        self._claimants: dict[_Claim, list[str]] = defaultdict(list)

    def claim(self, key: str, endpoint: Endpoint) -> str:
        """Return the interface of an endpoint; NftError when it cannot be told, or another has it."""
        claim = self._claims[key] = self._claim(endpoint)
        claimants = self._claimants[claim]
        claimants.append(key)
        if claimants[0] != key:
            raise NftError(f"endpoint {key}: another endpoint has its interface {claim.interface}: {claimants[0]}")
        return claim.interface

    def hosts(self) -> dict[str, str]:
        """Return which endpoint has which interface of the node, or all that no other has."""
        return {claim.interface: keys[0] for claim, keys in self._claimants.items() if claim.host and keys}

    def release(self, key: str) -> None:
        """Take back what an endpoint claims; another of its rivals has to claim anew to have it."""
        claim = self._claims.pop(key, None)
        if claim is not None:
            self._claimants[claim].remove(key)
            if not self._claimants[claim]:
                del self._claimants[claim]

    def rivals(self, key: str, endpoint: Endpoint | None) -> set[str]:
        """Return those that claim what an endpoint claims now, and what it would claim as it is to be."""
        claims = {self._claims[key]} if key in self._claims else set[_Claim]()
        if endpoint is not None:
            with suppress(NftError):
                claims.add(self._claim(endpoint))
        return {rival for claim in claims for rival in self._claimants.get(claim, ())}

    def _claim(self, endpoint: Endpoint) -> _Claim:
        return _Claim(endpoint.host, self._of_host(endpoint) if endpoint.host else _of_pod(endpoint))

    def _of_host(self, endpoint: Endpoint) -> str:
        name, said = endpoint.interface, f"HostEndpoint({endpoint.key})"
        if name == ALL_INTERFACES:
            return name
        if not name:
            found = next((self._interfaces[each] for each in endpoint.addresses if each in self._interfaces), None)
            if found is None:
                wanted = " or ".join(map(str, endpoint.addresses)) or "a name or an address"
                raise NftError(f"{said}: no interface of this node has {wanted}")
            name = found
        if not _INTERFACE.fullmatch(name):
            raise NftError(f"{said}: {name!r} is no name of an interface")
        if self._settings.names_pod(name):
            raise NftError(f"{said}: {name} is the interface of a pod, which its own policies are for")
        return name


def _of_pod(endpoint: Endpoint) -> str:
    if not _INTERFACE.fullmatch(endpoint.interface):
        reason = f"{endpoint.interface!r} is no name of one" if endpoint.interface else "it is not known"
        raise NftError(f"endpoint {endpoint.key}: a pod on this node needs the name of its interface: {reason}")
    return endpoint.interface
