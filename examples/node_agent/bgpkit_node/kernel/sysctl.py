"""Reading and writing the network's sysctls.

``/proc/sys/net`` shows the network namespace of the *thread* that opens a file below it, so both functions work on
the namespace of the caller: run them through :func:`~bgpkit_node.kernel.namespace.run_in_namespace` for another one.
"""

from pathlib import Path
from typing import Final

from bgpkit_node.kernel.error import KernelError

_ROOT: Final = Path("/proc/sys/net")


def read_sysctl(name: str) -> str:
    """Return the value of ``name``, a path below ``net/`` such as ``ipv4/conf/eth0/forwarding``.

    Slashes and not dots, because the name of an interface may hold a dot. Raises KernelError.
    """
    try:
        return (_ROOT / name).read_text().strip()
    except OSError as error:
        msg = f"cannot read the sysctl net/{name}"
        raise KernelError(msg, error.errno or 0) from error


def write_sysctl(name: str, value: str) -> None:
    """Set ``name`` (see :func:`read_sysctl`) to ``value``, unless it has that value. Raises KernelError."""
    if read_sysctl(name) == value:
        return
    try:
        (_ROOT / name).write_text(value)
    except OSError as error:
        msg = f"cannot set the sysctl net/{name} to {value}"
        raise KernelError(msg, error.errno or 0) from error
