"""What the container runtime keeps of pods that it has put on a network: their names, addresses and interfaces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path
from typing import Final

import msgspec

from bgpkit_node.kernel import Address

RUNTIME_CACHE: Final = Path("/var/lib/cni/results")
"""Where the CNI library of container runtimes keeps its results."""


@dataclass(frozen=True, slots=True)
class CachedPod:
    """A pod's namespace and name, empty where they were not told, and its addresses."""

    namespace: str
    name: str
    addresses: tuple[Address, ...]


class _Interface(msgspec.Struct, frozen=True):
    name: str = ""
    sandbox: str = ""


class _Ip(msgspec.Struct, frozen=True):
    address: str = ""


class _Result(msgspec.Struct, frozen=True):
    interfaces: tuple[_Interface, ...] = ()
    ips: tuple[_Ip, ...] = ()


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    cni_args: tuple[tuple[str, str], ...] | None = None
    result: _Result = _Result()


def cached_pods(directory: Path) -> Mapping[str, CachedPod]:
    """Return the pods by the names of their interfaces at the node's side.

    What cannot be read is left out: the cache belongs to root, and is only one of the ways to know a pod.
    """
    found: dict[str, CachedPod] = {}
    for entry in _entries(directory):
        args = dict(entry.cni_args or ())
        try:
            addresses = tuple(ip_interface(each.address).ip for each in entry.result.ips)
        except ValueError:
            continue
        pod = CachedPod(args.get("K8S_POD_NAMESPACE", ""), args.get("K8S_POD_NAME", ""), addresses)
        found.update((each.name, pod) for each in entry.result.interfaces if not each.sandbox)
    return found


def _entries(directory: Path) -> Iterator[_Entry]:
    try:
        paths = sorted(directory.iterdir())
    except OSError:
        return
    for path in paths:
        try:
            yield msgspec.json.decode(path.read_bytes(), type=_Entry)
        except (OSError, msgspec.MsgspecError):
            continue
