"""Where the local socket is when nobody says where."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "BGPKIT_SOCKET"
"""The variable of the environment that names the socket."""
SYSTEM_SOCKET: Final = Path("/run/bgpkit/bgpkit.sock")
"""That of a daemon of the machine's."""
_NAME: Final = "bgpkit.sock"


def own_socket(environment: Mapping[str, str] = os.environ, uid: int | None = None) -> Path:
    """Return where a daemon puts its socket: systemd's folder for it, else root's, else the user's."""
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    runtime = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if runtime:
        return Path(runtime) / _NAME
    return SYSTEM_SOCKET if (os.geteuid() if uid is None else uid) == 0 else _users(environment)


def socket_to_ask(environment: Mapping[str, str] = os.environ, system: Path = SYSTEM_SOCKET) -> Path:
    """Return where a client looks for a daemon: the user's own if there is one, else the machine's."""
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    users = _users(environment)
    return users if users.exists() else system


def _users(environment: Mapping[str, str]) -> Path:
    runtime = environment.get("XDG_RUNTIME_DIR")
    return Path(runtime) / _NAME if runtime else Path(environment.get("HOME") or "/") / f".{_NAME}"
