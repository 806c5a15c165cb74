"""Reading and writing the network's sysctls.

``/proc/sys/net`` shows the network namespace of the *thread* that opens a file below it, so both functions work on
the namespace of the caller: run them through :func:`~bgpkit_node.kernel.namespace.run_in_namespace` for another one.
"""

import os
from contextlib import suppress
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
    """Set ``name`` (see :func:`read_sysctl`) to ``value``; that it may not be set is no error where it has that value.

    Raises KernelError. Three system calls: each one of a thread waits for the other threads' Python.
    """
    try:
        descriptor = os.open(_ROOT / name, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, value.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        with suppress(KernelError):
            if read_sysctl(name) == value:
                return
        msg = f"cannot set the sysctl net/{name} to {value}"
        raise KernelError(msg, error.errno or 0) from error
