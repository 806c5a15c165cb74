"""Our configuration in the runtime's directory, and others there, of which it takes the first."""

from pathlib import Path
from typing import Final

_ENDINGS: Final = frozenset({".conf", ".conflist", ".json"})
"""What runtimes read."""


def conflist_before(ours: Path) -> str:
    """Return one sentence naming the files that sort before ``ours`` in its directory; empty when none does.

    A directory that cannot be read has none: the runtime that reads it may see it elsewhere.
    """
    try:
        names = sorted(path.name for path in ours.parent.iterdir() if path.suffix in _ENDINGS)
    except OSError:
        return ""
    before = [name for name in names if name < ours.name]
    if not before:
        return ""
    files = ", ".join(str(ours.parent / name) for name in before)
    return f"{files} sorts before {ours.name}, so that runtimes take it: remove it"


def our_conflist(socket: Path, target: Path, *, mtu: int = 0) -> dict[str, object]:
    """Return the configuration that stands in ``target``; ``socket`` is the agent's, ``mtu`` 0: as the agent finds.

    Its paths are absolute: a runtime and the agent read it from directories of their own.
    """
    ours: dict[str, object] = {
        "type": "bgpkit",
        "agent_socket": str(socket.absolute()),
        "conflist": str(target.absolute()),
        "capabilities": {"io.kubernetes.cri.pod-annotations": True, "ips": True, "mac": True},
    }
    return {
        "cniVersion": "1.0.0",
        "name": "k8s-pod-network",
        "plugins": [
            ours | ({"mtu": mtu} if mtu else {}),
            {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
        ],
    }
