"""Another kernel, for tests of what the running one has not: user-mode Linux, which is a process like any other.

It starts in about two seconds, runs Python at nearly the usual speed on one processor, and sees the machine's files
at their places, the project and its virtual environment among them; what it writes is lost, except in one folder.
It has no network but what the command makes. `tests.support.guest_init` is its process 1.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bgpkit_setup.packages import search_path
from tests.support.daemons import program
from tests.support.skips import require_kernel
from tests.support.sources import PROJECT

PACKAGE: Final = "user-mode-linux"
INSIDE: Final = "BGPKIT_TESTS_IN_A_GUEST"
"""Variable of the environment that says so, and where the shared folder is."""
MODULES: Final = ("bridge", "dummy", "ipip", "mpls_iptunnel", "veth", "vrf", "vxlan")
TIME_OVER: Final = 124
"""Exit status of a command that took too long."""
NO_STATUS: Final = 125
"""Exit status of a guest that ended without one of its command."""

_MEMORY: Final = 512 << 20
_START: Final = 30.0
"""Seconds for start and end."""
_OLD_REGISTERS: Final = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM",
    "OPENSSL_ia32cap": "~0x1000000000000000:~0xc0030020",
}
"""Environment in which programs leave registers beyond SSE alone: see `tests.support.guest_start`."""


@dataclass(frozen=True, slots=True)
class GuestAnswer:
    """What came of a command in a guest."""

    status: int
    """Exit status; TIME_OVER, NO_STATUS."""
    words: str
    """What it wrote; where it gave no status, what the guest said."""


def require_guest() -> None:
    """Skip the test, by name, where no guest can be had; with CI=true a missing package is a failure."""
    require_kernel("uml")
    program(PACKAGE, "linux.uml")


def run_in_guest(
    command: Sequence[str], shared: Path, *, modules: Sequence[str] = MODULES, timeout: float = 60
) -> GuestAnswer:
    """Run a command in a guest of its own, as root, from the project's folder.

    ``shared`` is an empty folder that both write to; ``modules`` are loaded before. The guest ends with the command,
    after ``timeout`` seconds, or with this process.
    """
    kernel = program(PACKAGE, "linux.uml")
    (module_folder,) = (kernel.path.parents[1] / "lib/uml/modules").iterdir()
    order = {
        "command": list(command),
        "folder": str(PROJECT),
        "module_folder": str(module_folder),
        "modules": list(modules),
        "timeout": timeout,
        "environment": {
            "PATH": search_path(),
            "HOME": "/root",
            "LANG": "C.UTF-8",
            INSIDE: str(shared),
            **_OLD_REGISTERS,
        },
    }
    (shared / "order.json").write_text(json.dumps(order), encoding="utf-8")
    init = shared / "init"
    init.write_text(f"#!/bin/sh\nexec {sys.executable} -I {PROJECT}/tests/support/guest_init.py {shared}\n")
    init.chmod(0o755)
    said = _boot(kernel.argv(*_arguments(shared)), shared, timeout + _START)
    return _answer(shared, said)


def _arguments(shared: Path) -> list[str]:
    """Return what the kernel is told: files of the machine, one console, its own folder."""
    return [
        f"mem={_MEMORY >> 20}M",
        f"uml_dir={shared}",
        "quiet",
        "loglevel=0",
        "root=none",
        "rootfstype=hostfs",
        "rootflags=/",
        "ro",
        f"init={shared}/init",
        "con=null",
        "con0=null,fd:1",
        *(f"{name}={value}" for name, value in _OLD_REGISTERS.items()),
    ]


def _boot(argv: Sequence[str], shared: Path, limit: float) -> str:
    """Run the kernel until it ends; return what its console showed."""
    console = shared / "console"
    environment = {"PATH": search_path(), "TMPDIR": str(_roomy(shared))}
    with console.open("wb") as words:
        process = subprocess.Popen(
            [sys.executable, "-I", str(PROJECT / "tests/support/guest_start.py"), *argv],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            with suppress(subprocess.TimeoutExpired):
                process.wait(limit)
        finally:
            process.terminate()
            process.wait()
    return console.read_text(encoding="utf-8", errors="replace")


def _roomy(shared: Path) -> Path:
    """Return where the guest's memory can be, a file that is deleted at once."""
    memory = Path("/dev", "shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _MEMORY else shared


def _answer(shared: Path, said: str) -> GuestAnswer:
    status = shared / "status"
    words = shared / "words"
    text = words.read_text(encoding="utf-8", errors="replace") if words.exists() else ""
    if status.exists():
        return GuestAnswer(int(status.read_text(encoding="ascii")), text or said)
    return GuestAnswer(NO_STATUS, text + said)
