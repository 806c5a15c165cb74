"""An interface of this machine, as the start of an agent looks at it. Pure."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from typing import Final

_OF_CONTAINERS: Final = re.compile(
    r"docker|cbr|dummy|podman|virbr|lxcbr|veth|lo$|br-|cali|tunl|flannel|kube-ipvs|cni|vxlan\.calico|vxlan-v6\.calico"
    r"|wireguard\.cali|wg-v6\.cali|nodelocaldns"
)
"""How names begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostInterface:
    """One interface and its addresses, but for IPv6's link-local ones, in the kernel's order."""

    name: str
    up: bool = True
    addresses: tuple[IPv4Interface | IPv6Interface, ...] = ()

    @property
    def of_containers(self) -> bool:
        """Whether it belongs to containers and tunnels, by its name, and not to the machine itself: Calico's list."""
        return _OF_CONTAINERS.match(self.name) is not None
