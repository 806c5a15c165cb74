"""Where the words of ``policy`` read a cluster from: the datastore, or a file that describes one."""

import asyncio
import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.policy_evaluator import stored_settings
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError, UsageError
from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.policy import CaseDocument, Cluster, cluster_of, cluster_of_resources, converted, read_json
from bgpkit_node.policy.conversion import POLICY_TYPES
from bgpkit_node.policy.deciding_kinds import DECIDING_KINDS
from bgpkit_node.policy.model import PolicyId
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.resources import Unreadable, kind_of
from bgpkit_node.resources.draft import Present
from bgpkit_node.resources.part import is_mapping
from bgpkit_node.resources.watching import read_present

_STATE_OPTION: Final = click.option(
    "--state",
    "state_file",
    type=click.Path(dir_okay=False, readable=False, allow_dash=True, path_type=Path),
    help="File with the state of a cluster in JSON, in the form of policy eval, instead of the datastore.",
)


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where a cluster is read from: the datastore, unless a file describes one."""

    state_file: Path | None
    datastore: DatastoreSettings

    def cluster(self) -> Cluster:
        """Return the cluster; NodeError when it cannot be read."""
        return _described(self.state_file) if self.state_file else asyncio.run(stored_cluster(self.datastore))

    def settings(self) -> dict[str, EnforcementSettings]:
        """Return how each node enforces policies; of those in a file nothing is known."""
        return {} if self.state_file else asyncio.run(stored_settings(self.datastore))


def source_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --state and the options of the datastore; it gets what they say as ``source``."""

    @functools.wraps(command)
    def chosen(*arguments: Any, state_file: Path | None, datastore: DatastoreSettings, **options: Any) -> Any:
        """Put the two together."""
        return command(*arguments, source=PolicySource(state_file, datastore), **options)

    return _STATE_OPTION(datastore_option(chosen))


def cluster_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the same options; it gets what they describe as ``cluster``."""

    @functools.wraps(command)
    def chosen(*arguments: Any, source: PolicySource, **options: Any) -> Any:
        """Read the cluster before the command runs."""
        return command(*arguments, cluster=source.cluster(), **options)

    return source_option(chosen)


def parse_port(text: str) -> tuple[int, int | None]:
    """Read ``80/TCP``, ``80`` of TCP, or ``ICMP``: protocol and port; raises UsageError with one sentence."""
    port, slash, protocol = text.partition("/")
    if not slash and not text.isdecimal():
        port, protocol = "", text
    try:
        number = protocol_number(protocol or "TCP")
    except ValueError as error:
        raise UsageError(f"{text}: {error}") from error
    if not port:
        return number, None
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise UsageError(f"{text}: write a port (1 to 65535) and a protocol, as 80/TCP, or a protocol alone, as ICMP")
    return number, int(port)


def _described(path: Path) -> Cluster:
    try:
        octets = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise NodeError(f"{path}: cannot be read: {error.strerror}") from error
    document = read_json(octets, "standard input" if str(path) == "-" else str(path))
    if is_mapping(document) and "state" in document:
        return cluster_of(converted(document["state"], CaseDocument, "state."), "state.")
    return cluster_of(converted(document, CaseDocument))


async def stored_cluster(datastore: DatastoreSettings) -> Cluster:
    """Return the cluster that a datastore holds; NodeError when it is not known what decides in it."""
    async with opened_store(datastore) as store:
        present = [await read_present(store.datastore, kind_of(kind)) for kind in DECIDING_KINDS]
    resources = [resource for each in present for resource in each.resources.values()]
    unreadable = [_unreadable(each, name) for each in present for name in each.stored.keys() - each.resources.keys()]
    policies = {kind.kind for kind in POLICY_TYPES}
    odd = sorted(str(PolicyId(*each[:3])) for each in unreadable if each.kind not in policies)
    if odd:
        raise NodeError(f"nothing is decided: {', '.join(odd)} cannot be read, so that it is not known what is allowed")
    return cluster_of_resources(resources, unreadable)


def _unreadable(present: Present, qualified_name: str) -> Unreadable:
    namespace, _, name = qualified_name.rpartition("/")
    return Unreadable(present.kind.name, namespace, name, "")
