"""The file in which stands what was removed, so that it can be put back."""

from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Final

import msgspec

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel.machine import Machine
from bgpkit_node.flannel.remains import Device, Remains
from bgpkit_node.flannel.rules import Rules
from bgpkit_node.kernel import Address, ForeignRoute, Interface, Vxlan
from bgpkit_node.whole_file import write_whole

RECORD: Final = Path("/var/lib/bgpkit-node/flannel-migration.json")


class SavedConflist(msgspec.Struct, frozen=True):
    """A configuration of flannel."""

    path: str
    text: str


class SavedRoute(msgspec.Struct, frozen=True):
    """A route; its interface by name, for a new one has another index."""

    destination: str
    gateway: str
    device: str
    protocol: int
    metric: int
    onlink: bool

    def route(self, link: int) -> ForeignRoute:
        """Return it over the interface with the index ``link``."""
        gateway = ip_address(self.gateway) if self.gateway else None
        return ForeignRoute(
            destination=ip_network(self.destination),
            gateway=gateway,
            link=link,
            protocol=self.protocol,
            metric=self.metric,
            onlink=self.onlink,
        )


class SavedVxlan(msgspec.Struct, frozen=True):
    """What a tunnel is made with, and what it knows of other nodes."""

    identifier: int
    port: int
    local: str
    learning: bool
    neighbours: tuple[tuple[str, str], ...] = ()
    """Address and MAC address."""
    forwarding: tuple[tuple[str, str], ...] = ()
    """MAC address and machine."""

    def vxlan(self) -> Vxlan:
        """Return it as the kernel package has it."""
        local: Address | None = ip_address(self.local) if self.local else None
        return Vxlan(identifier=self.identifier, port=self.port, local=local, learning=self.learning)


class SavedDevice(msgspec.Struct, frozen=True):
    """A bridge, or a tunnel when it has ``vxlan``; ``ports`` are the names of a bridge's."""

    name: str
    mac: str
    mtu: int
    addresses: tuple[str, ...]
    ports: tuple[str, ...] = ()
    vxlan: SavedVxlan | None = None

    def interfaces(self) -> tuple[Interface, ...]:
        """Return its addresses."""
        return tuple(map(ip_interface, self.addresses))


class Record(msgspec.Struct, frozen=True):
    """All that was removed, and the configuration of ours that was written."""

    node: str
    conflists: tuple[SavedConflist, ...] = ()
    routes: tuple[SavedRoute, ...] = ()
    devices: tuple[SavedDevice, ...] = ()
    rules: tuple[Rules, ...] = ()
    written: str = ""
    """Our configuration, when there was none before."""

    def with_earlier(self, earlier: "Record") -> "Record":
        """Return this record with what an earlier one has besides: that of an apply that was broken off."""
        return Record(
            node=self.node,
            conflists=tuple({each.path: each for each in (*earlier.conflists, *self.conflists)}.values()),
            routes=tuple(dict.fromkeys((*earlier.routes, *self.routes))),
            devices=tuple({each.name: each for each in (*earlier.devices, *self.devices)}.values()),
            rules=tuple({(each.program, each.table): each for each in (*self.rules, *earlier.rules)}.values()),
            written=self.written or earlier.written,
        )


def record_of(node: str, remains: Remains, machine: Machine, written: str) -> Record:
    """Return the record of what is about to be removed; ``written`` is our configuration where there is none yet."""
    devices = [_device(tunnel, vxlan=_vxlan(tunnel, machine)) for tunnel in remains.tunnels]
    if remains.bridge is not None:
        devices.append(_device(remains.bridge, ports=tuple(pod.interface for pod in remains.pods)))
    return Record(
        node=node,
        conflists=tuple(SavedConflist(str(each.path), each.text) for each in remains.conflists),
        routes=tuple(_route(route, machine) for route in remains.routes),
        devices=tuple(devices),
        rules=remains.rules,
        written=written,
    )


def read_record(path: Path) -> Record | None:
    """Return the record in a file, None when there is no such file; NodeError when it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NodeError(f"{path}: cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise NodeError(f"{path}: is no record of a migration: {error}; move it away") from error


def write_record(path: Path, record: Record) -> None:
    """Write the record, whole or not at all, and to the disk; NodeError when it cannot be."""
    text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"
    write_whole(path, text, folders=True)


def _route(route: ForeignRoute, machine: Machine) -> SavedRoute:
    return SavedRoute(
        destination=str(route.destination),
        gateway="" if route.gateway is None else str(route.gateway),
        device=machine.name(route.link),
        protocol=route.protocol,
        metric=route.metric,
        onlink=route.onlink,
    )


def _device(device: Device, *, ports: tuple[str, ...] = (), vxlan: SavedVxlan | None = None) -> SavedDevice:
    link = device.link
    return SavedDevice(link.name, link.mac, link.mtu, tuple(map(str, device.addresses)), ports, vxlan)


def _vxlan(tunnel: Device, machine: Machine) -> SavedVxlan | None:
    vxlan = tunnel.link.vxlan
    if vxlan is None:
        return None
    neighbours, forwarding = machine.tunnels.get(tunnel.link.index, ((), ()))
    return SavedVxlan(
        identifier=vxlan.identifier,
        port=vxlan.port,
        local="" if vxlan.local is None else str(vxlan.local),
        learning=vxlan.learning,
        neighbours=tuple((str(entry.address), entry.mac) for entry in neighbours if entry.permanent and entry.mac),
        forwarding=tuple((entry.mac, str(entry.remote)) for entry in forwarding),
    )
