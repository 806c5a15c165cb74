"""One program at a time writes a table: each in its turn."""

import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from bgpkit_node.nft.error import NftError

_PATIENCE: Final = 30.0
_PAUSE: Final = 0.01


@contextmanager
def one_at_a_time(table: str) -> Generator[None]:
    """Wait until no other process of this network namespace holds the turn for a table, and hold it; blocks.

    It ends with the process, however that ends. NftError when it is held for longer than half a minute.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as turn:
        until = time.monotonic() + _PATIENCE
        while not _taken(turn, table):
            if time.monotonic() > until:
                raise NftError(f"another process has been programming table inet {table} for {_PATIENCE:.0f} seconds")
            time.sleep(_PAUSE)
        yield


def _taken(turn: socket.socket, table: str) -> bool:
    """Bind to an abstract name, of which each network namespace has one; unix(7)."""
    try:
        turn.bind(f"\0bgpkit-node/nft/{table}")
    except OSError:
        return False
    return True
