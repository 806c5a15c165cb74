"""What the agent must be allowed to do, asked of the kernel before anything begins."""

import errno
import os

from bgpkit_node.errors import NodeError
from bgpkit_node.kernel import KernelError, open_own_namespace, run_in_namespace


def check_rights() -> None:
    """Raise NodeError unless this process may configure its network namespace and enter those of pods.

    Root's user id is not enough: a container has few capabilities, and those of a user namespace of its own do not
    count for a network namespace that is another's. capabilities(7), user_namespaces(7).
    """
    if os.geteuid() != 0:
        raise _refusal()
    try:
        with open_own_namespace() as here:  # CAP_NET_ADMIN
            run_in_namespace(here, _nothing)  # CAP_SYS_ADMIN
    except KernelError as error:
        if error.errno != errno.EPERM:
            raise
        raise _refusal() from error


def _nothing() -> None:
    pass


def _refusal() -> NodeError:
    return NodeError(
        "the agent writes kernel routes, listens on port 179 and enters network namespaces of pods: run it as root, "
        "with CAP_NET_ADMIN and CAP_SYS_ADMIN over this network namespace (a container: privileged, in the host's one)"
    )
