"""One direction of a session without a socket: messages on their way."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Link:
    """A port of an update group (``OutputPort``) that keeps whole messages until somebody takes them."""

    queue: deque[bytes] = field(default_factory=deque[bytes])
    writable: bool = True

    def write(self, octets: bytes) -> None:
        """Put messages on their way."""
        while octets:
            length = int.from_bytes(octets[16:18])
            self.queue.append(octets[:length])
            octets = octets[length:]
