"""Network namespaces: opening one by path, telling two apart, running a function inside one.

A network namespace belongs to a thread, not to a process. Work in another namespace is done by a thread made for
it, which moves there, works and ends; it never comes back, so neither the main thread nor a pooled one can be left
in the wrong place. That costs 0.1 ms, and no fork of a process that has threads.
"""

import ctypes
import errno
import os
import socket
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from threading import Thread
from typing import Final, TypeVar

from bgpkit_node.kernel.error import KernelError

_Result = TypeVar("_Result")

_CLONE_NEWNET: Final = 0x40000000
_NS_GET_NSTYPE: Final = 0xB703
_SIOCGSKNS: Final = 0x894C
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESRCH})
_libc: Final = ctypes.CDLL(None, use_errno=True)


class NamespaceGoneError(KernelError):
    """There is no network namespace at the path."""


@contextmanager
def open_namespace(path: str | Path) -> Generator[int, None, None]:
    """Open the network namespace at ``path`` and yield its file descriptor, closed at the end of the block.

    Raises NamespaceGoneError when nothing is there, or only the file on which a namespace was once mounted;
    KernelError when it cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO would keep the caller
    except OSError as error:
        kind = NamespaceGoneError if error.errno in _GONE else KernelError
        msg = f"cannot open the network namespace {path}"
        raise kind(msg, error.errno or 0) from error
    try:
        _refuse_other_files(descriptor, path)
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_other_files(descriptor: int, path: str | Path) -> None:
    msg = f"{path} is not a network namespace"
    try:
        kind = ioctl(descriptor, _NS_GET_NSTYPE)
    except OSError as error:
        raise NamespaceGoneError(msg) from error
    if kind != _CLONE_NEWNET:
        raise NamespaceGoneError(msg)


def is_own_namespace(descriptor: int) -> bool:
    """Tell whether ``descriptor`` is the network namespace that the calling thread is in."""
    return os.path.samestat(os.fstat(descriptor), own_namespace())


def own_namespace() -> os.stat_result:
    """Return what tells the network namespace of the calling thread from others; KernelError without CAP_NET_ADMIN."""
    with open_own_namespace() as descriptor:
        return os.fstat(descriptor)


@contextmanager
def open_own_namespace() -> Generator[int, None, None]:
    """Open the network namespace of the calling thread and yield its file descriptor, closed at the end of the block.

    A socket is asked, for /proc may be that of other processes: a command that was brought into a container by
    nsenter(1) has no thread-self there. Raises KernelError without CAP_NET_ADMIN.
    """
    with socket.socket(socket.AF_UNIX) as here:
        try:
            descriptor = ioctl(here, _SIOCGSKNS)
        except OSError as error:
            raise KernelError("the own network namespace cannot be told", error.errno or 0) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def run_in_namespace(descriptor: int, work: Callable[[], _Result]) -> _Result:
    """Run ``work`` in a new thread inside the network namespace ``descriptor``; return or raise what it does.

    Blocks until the work is done. Raises KernelError when the namespace cannot be entered.
    """
    outcome: Future[_Result] = Future()

    def enter_and_work() -> None:
        try:
            enter_for_good(descriptor)
            outcome.set_result(work())
        except BaseException as error:  # handed to the caller, whatever it is
            outcome.set_exception(error)

    thread = Thread(target=enter_and_work, name="netns", daemon=True)
    thread.start()
    thread.join()
    return outcome.result()


def enter_for_good(descriptor: int) -> None:
    """Move the calling thread into the network namespace ``descriptor``; only for a thread that ends after its work.

    Raises KernelError when the namespace cannot be entered.
    """
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        msg = "cannot enter the network namespace"
        raise KernelError(msg, ctypes.get_errno())
