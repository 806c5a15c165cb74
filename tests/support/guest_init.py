"""Process 1 of a guest kernel: makes a Linux out of the machine's own files, runs one command, and ends.

Called by `tests.support.guest_kernel` as ``guest_init.py SHARED``, a folder that machine and guest both write to:
its ``order.json`` says what to do, ``words`` gets what the command writes, ``status`` its exit status. Standard
library only. All else that the guest writes is kept in memory and lost.
"""

import ctypes
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_FINIT_MODULE: Final = 313
"""A system call that libc has no function for; its number on x86-64."""
_POWER_OFF: Final = 0x4321FEDC
_ROOT: Final = Path("/run/root")


def main(shared: Path) -> None:
    """Do what is ordered, whatever it is, and switch the guest off."""
    try:
        order = json.loads((shared / "order.json").read_text(encoding="utf-8"))
        _move_in(shared, order)
        status = _run(shared, order)
    except Exception:  # nobody else would hear of it
        traceback.print_exc()
        sys.stderr.flush()
        status = 125
    (shared / "status").write_text(str(status), encoding="ascii")
    os.sync()
    _LIBC.reboot(_POWER_OFF)


def _move_in(shared: Path, order: Mapping[str, Any]) -> None:
    """Lay a file system in memory over the machine's, and make it the root."""
    modules = Path(order["module_folder"])
    _mount("tmpfs", "/run")
    for name in ("upper", "work", "root"):
        Path("/run", name).mkdir()
    _load(modules, ["overlay"])
    _mount("overlay", str(_ROOT), options="lowerdir=/,upperdir=/run/upper,workdir=/run/work")
    _mount("proc", f"{_ROOT}/proc")
    _mount("sysfs", f"{_ROOT}/sys")
    _mount("devtmpfs", f"{_ROOT}/dev")
    for folder in ("run", "dev/shm"):
        (_ROOT / folder).mkdir(exist_ok=True)
        _mount("tmpfs", f"{_ROOT}/{folder}")
    _mount("hostfs", f"{_ROOT}{shared}", options=str(shared))
    os.chroot(_ROOT)
    os.chdir(order["folder"])
    _load(modules, order["modules"])


def _run(shared: Path, order: Mapping[str, Any]) -> int:
    """Run the command with the loopback up; return its exit status, 124 when the time was over."""
    os.environ.clear()
    os.environ.update(order["environment"])
    with (shared / "words").open("wb") as words:
        subprocess.run(["ip", "link", "set", "lo", "up"], stderr=words, check=True)
        try:
            answer = subprocess.run(
                order["command"],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                timeout=order["timeout"],
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 124
    return answer.returncode


def _load(folder: Path, names: list[str]) -> None:
    """Load kernel modules, each after those that it builds on."""
    needs: dict[str, list[str]] = {}
    for line in (folder / "modules.dep").read_text(encoding="ascii").splitlines():
        path, _, others = line.partition(":")
        needs[Path(path).stem] = [*reversed(others.split()), path]
    built_in = {Path(line).stem for line in (folder / "modules.builtin").read_text(encoding="ascii").splitlines()}
    for name in names:
        for path in needs[name] if name not in built_in else ():
            with (folder / path).open("rb") as module:
                if _LIBC.syscall(_FINIT_MODULE, module.fileno(), b"", 0) != 0 and ctypes.get_errno() != 17:  # EEXIST
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


def _mount(kind: str, place: str, *, options: str = "") -> None:
    """Mount a file system."""
    if _LIBC.mount(kind.encode(), place.encode(), kind.encode(), 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), f"{kind} on {place}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
