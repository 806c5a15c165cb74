"""The report of ``ipam check -o``: every address that is taken, and whether it is in use; calicoctl's format."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Allocation, Block, IPAddress, Snapshot
from bgpkit_node.whole_file import write_whole


class AllocationReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One address that is taken."""

    ip: str
    handle: str = ""
    sequence_number: int | None = None
    pod: str = ""
    namespace: str = ""
    node: str = ""
    type: str = ""
    creation_timestamp: str = ""
    in_use: bool
    borrowed: bool = False
    owners: tuple[str, ...] | None


class LeakedHandle(msgspec.Struct, frozen=True):
    """A handle without addresses."""

    ID: str
    UID: str | None = None
    Revision: str = ""


class Taken(NamedTuple):
    """What tells one taking of an address from the next of the same address."""

    ip: str
    handle: str
    sequence: int
    """-1 where the data do not tell."""


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All allocations of a cluster."""

    version: str
    cluster_guid: str = msgspec.field(name="clusterGUID")
    datastore_locked: bool = False
    revision: str = msgspec.field(name="clusterInformationRevision", default="")
    cluster_type: str = ""
    allocations: dict[str, tuple[AllocationReport, ...]]
    leaked_handles: tuple[LeakedHandle, ...] = ()

    def unused(self) -> Iterator[Taken]:
        """Yield the addresses that nobody used."""
        for found in self.allocations.values():
            for each in found:
                if not each.in_use:
                    yield Taken(each.ip, each.handle, -1 if each.sequence_number is None else each.sequence_number)


def allocations_of(
    snapshot: Snapshot, in_use: Mapping[IPAddress, Sequence[str]]
) -> dict[str, tuple[AllocationReport, ...]]:
    """Return all that is taken, by address."""
    found: dict[str, tuple[AllocationReport, ...]] = {}
    for block in snapshot.blocks.values():
        for address, allocation in block.allocations():
            one = _allocation(block, address, allocation, in_use.get(address, ()))
            found[str(address)] = (*found.get(str(address), ()), one)
    return found


def _allocation(block: Block, address: IPAddress, allocation: Allocation, users: Sequence[str]) -> AllocationReport:
    owner = allocation.owner
    attributes = dict(owner.attributes)
    node = owner.node or block.node or ""
    return AllocationReport(
        ip=str(address),
        handle=owner.handle or "",
        sequence_number=allocation.sequence,
        pod=attributes.get("pod", ""),
        namespace=attributes.get("namespace", ""),
        node=node,
        type=attributes.get("type", ""),
        creation_timestamp=attributes.get("timestamp", ""),
        in_use=bool(users),
        borrowed=node != (block.node or ""),
        owners=tuple(users) or None,
    )


def write_report(report: Report, file: str) -> None:
    """Write a report for ``ipam release --from-report``; NodeError when the file cannot be written."""
    write_whole(Path(file), msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")


def read_report(file: str) -> Report:
    """Read a report; NodeError names the file when it is none."""
    try:
        return msgspec.json.decode(Path(file).read_bytes(), type=Report)
    except OSError as error:
        raise NodeError(f"{file}: cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise NodeError(f"{file}: is not a report of 'ipam check -o': {error}") from error
