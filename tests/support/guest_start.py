"""Starts the kernel of a guest: ``guest_start.py KERNEL [ARGUMENT ...]``; all of it ends with who called this.

A kernel that is killed leaves processes behind, which read and write for it. So this one stays beside it, and when it
gets SIGTERM or its caller has gone, however that was, it ends the whole group.

User-mode Linux 6.1 has room for 3.5 KB of vector registers. On a processor with more of them (AMX alone has 8 KB) it
cannot put them back, and dies with its first program. Where the newer call for all of them (PTRACE_GETREGSET) does
not exist, it saves only those up to SSE; so that call is refused, and `tests.support.guest_kernel` tells the guest's
programs to use no others. Standard library only.

prctl(2), seccomp(2), bpf(4).
"""

import ctypes
import errno
import os
import signal
import struct
import sys
from contextlib import suppress
from typing import Final, NoReturn

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EIO
_NUMBER_AT, _FIRST_ARGUMENT_AT = 0, 16
"""Where ``struct seccomp_data`` has them."""
_PTRACE: Final = 101
"""Number of the system call on x86-64."""
_GETREGSET: Final = 0x4204
_FILTER: Final = (
    (_LOAD, 0, 0, _NUMBER_AT),
    (_JUMP_IF_EQUAL, 0, 3, _PTRACE),
    (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
    (_JUMP_IF_EQUAL, 0, 1, _GETREGSET),
    (_RETURN, 0, 0, _REFUSE),
    (_RETURN, 0, 0, _ALLOW),
)


def main(argv: list[str]) -> None:
    """Start the kernel and end what is left of it after its end, or after that of the caller."""
    awaited = {signal.SIGTERM, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
    kernel = os.fork()
    if not kernel:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, awaited)
        _become(argv)
    signal.sigwait(awaited)
    for end in (os.kill, os.killpg):
        with suppress(ProcessLookupError):
            end(kernel, signal.SIGKILL)
    os.waitpid(kernel, 0)


def _become(argv: list[str]) -> NoReturn:
    """Set what outlasts the exec, and become the kernel, in a process group of its own."""
    os.setsid()
    octets = b"".join(struct.pack("=HBBI", *step) for step in _FILTER)
    steps = ctypes.create_string_buffer(octets, len(octets))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(_FILTER), ctypes.addressof(steps)))
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))
    os.execv(argv[0], argv)


def _prctl(option: int, *values: int) -> None:
    words = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)][:4]
    if _LIBC.prctl(option, *words) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main(sys.argv[1:])
