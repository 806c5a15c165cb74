"""The error of everything asked of the kernel."""

import os

from bgpkit_node.errors import NodeError


class KernelError(NodeError):
    """The kernel refused something; the text names what was asked and on which object."""

    def __init__(self, text: str, errno: int = 0) -> None:
        """Add the kernel's reason for ``errno`` (0: it gave none) to the ``text``."""
        super().__init__(f"{text}: {os.strerror(errno)}" if errno else text)
        self.errno = errno
