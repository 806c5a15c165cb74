"""The directory of the agent's sockets: its owner's alone to change."""

import os
import stat
from pathlib import Path

from bgpkit_node.errors import NodeError


def prepare_run_dir(path: Path) -> None:
    """Make ``path`` if need be, its owner's alone; NodeError when others could put sockets of their own there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.stat()
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be made: {error.strerror}") from error
    if found.st_uid not in {0, os.geteuid()} or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NodeError(
            f"{path}: others may write to this directory, and so take the place of the agent's socket: "
            f"make it root's alone (chown root {path}; chmod go-w {path})"
        )
