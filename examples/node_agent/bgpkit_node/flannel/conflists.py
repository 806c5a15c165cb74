"""Configurations in the runtime's directory: flannel's, and the bridges that those of other plugins name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bgpkit_node.errors import NodeError

DEFAULT_BRIDGE: Final = "cni0"
"""What CNI's plugin ``bridge`` makes, to which flannel's hands over, when no name is given."""
_ENDINGS: Final = frozenset({".conf", ".conflist", ".json"})


@dataclass(frozen=True, slots=True)
class Conflist:
    """A file with a configuration of flannel, and the bridge that its pods are on."""

    path: Path
    text: str
    bridge: str


@dataclass(frozen=True, slots=True)
class Conflists:
    """What of a directory concerns flannel."""

    flannel: tuple[Conflist, ...] = ()
    others: tuple[tuple[str, Path], ...] = ()
    """Bridges that another plugin makes, each with the file that says so."""

    @property
    def bridge(self) -> str:
        """The bridge of flannel's pods."""
        return self.flannel[0].bridge if self.flannel else DEFAULT_BRIDGE

    def claimed_by(self, bridge: str) -> Path | None:
        """Return the file by which a bridge is another plugin's."""
        return next((path for name, path in self.others if name == bridge), None)


class _Delegate(msgspec.Struct, frozen=True):
    bridge: str = ""


class _Plugin(msgspec.Struct, frozen=True):
    type: str = ""
    bridge: str = ""
    delegate: _Delegate = _Delegate()


class _File(msgspec.Struct, frozen=True):
    """A list of plugins, or the one plugin of a file without a list."""

    plugins: tuple[_Plugin, ...] = ()
    type: str = ""
    bridge: str = ""
    delegate: _Delegate = _Delegate()


def read_conflists(directory: Path) -> Conflists:
    """Return what the files of ``directory`` say, in the order of names; files that are no configuration say nothing.

    Raises NodeError when the directory, or a file of it, is there and cannot be read.
    """
    flannel: list[Conflist] = []
    others: list[tuple[str, Path]] = []
    for path, text in _texts(directory):
        for plugin in _plugins(text):
            if plugin.type == "flannel":
                flannel.append(Conflist(path, text, plugin.delegate.bridge or DEFAULT_BRIDGE))
                break
            if plugin.type == "bridge":
                others.append((plugin.bridge or DEFAULT_BRIDGE, path))
    return Conflists(tuple(flannel), tuple(others))


def _plugins(text: str) -> tuple[_Plugin, ...]:
    try:
        file = msgspec.json.decode(text, type=_File)
    except msgspec.MsgspecError:
        return ()
    return file.plugins or (_Plugin(type=file.type, bridge=file.bridge, delegate=file.delegate),)


def _texts(directory: Path) -> Iterator[tuple[Path, str]]:
    path = directory
    try:
        for path in sorted(directory.iterdir()):
            if path.suffix in _ENDINGS and path.is_file():
                yield path, path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise NodeError(f"{path}: cannot be read: {error.strerror}") from error
