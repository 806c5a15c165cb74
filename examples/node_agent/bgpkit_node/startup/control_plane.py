"""What the control plane of a Kubernetes cluster was started with, read from its configuration files.

The files are manifests of static pods, unit files and files with options, or scripts: an option is found in each as
``--cluster-cidr=10.244.0.0/16`` or ``--cluster-cidr 10.244.0.0/16``.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPNetwork
from bgpkit_node.resources.address_text import parse_network

KUBERNETES: Final = Path("/etc/kubernetes")
"""Where a control plane has its configuration, and its manifests below it."""
_OPTION: Final = re.compile(
    r"""--(cluster-cidr|etcd-servers|service-cluster-ip-range)(?:=|["',]*\s+)["']?([^\s"'\\]+)"""
)
_COMMENT: Final = re.compile(r"\s*[#;]")
_LARGEST: Final = 1 << 20
_MOST: Final = 1000
"""Files that are read at most."""


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """What was found; empty where nothing was."""

    pods: tuple[IPNetwork, ...] = ()
    """``--cluster-cidr`` of the controller manager: a range of each family at most."""
    services: tuple[IPNetwork, ...] = ()
    """``--service-cluster-ip-range``."""
    etcd: str = ""
    """``--etcd-servers`` of the API server: URLs with commas between."""


def read_control_plane(directory: Path) -> ControlPlane:
    """Read all files below ``directory``.

    Raises NodeError, one sentence, when it cannot be read, when none of the options stands there, or when two files
    say different things.
    """
    found: dict[str, tuple[str, Path]] = {}
    for path in _files(directory):
        for option, value in _options(path):
            known, where = found.setdefault(option, (value, path))
            if known != value:
                raise NodeError(
                    f"--{option} is {known} in {where} and {value} in {path}: which of them holds? "
                    "put the right files in a directory of their own"
                )
    if "cluster-cidr" not in found and "etcd-servers" not in found:
        raise NodeError(
            f"{directory}: no file there names --cluster-cidr or --etcd-servers; look where the controller manager and "
            "the API server are started from, such as /etc/kubernetes/manifests"
        )
    return ControlPlane(
        pods=_networks("cluster-cidr", found),
        services=_networks("service-cluster-ip-range", found),
        etcd=found.get("etcd-servers", ("", directory))[0],
    )


def _networks(option: str, found: dict[str, tuple[str, Path]]) -> tuple[IPNetwork, ...]:
    if option not in found:
        return ()
    text, where = found[option]
    try:
        return tuple(parse_network(part) for part in text.split(",") if part)
    except ValueError as error:
        raise NodeError(f"{where}: --{option}: {error}") from error


def _files(directory: Path) -> Iterator[Path]:
    if not directory.is_dir():
        raise NodeError(f"{directory}: is no directory that can be read")
    count = 0
    for folder, _, names in sorted(os.walk(directory)):
        for name in sorted(names):
            path = Path(folder) / name
            count += 1
            if count > _MOST:
                raise NodeError(f"{directory}: has more than {_MOST} files: name the directory of the configuration")
            if path.is_file():
                yield path


def _options(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the options in a file; one that only others may read, or that is no text, is passed over."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode()
    except (OSError, UnicodeDecodeError):
        return
    lines = (line for line in text.splitlines() if not _COMMENT.match(line))
    for option, value in _OPTION.findall("\n".join(lines)):
        bare = value.rstrip(",")  # as in [kube-apiserver, --etcd-servers=https://[fd00::1]:2379]
        yield option, bare.removesuffix("]") if bare.count("]") > bare.count("[") else bare
