"""What the kernel says of a daemon's processes: processor time and memory, all of them together."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


def family_of(root: int) -> tuple[int, ...]:
    """Return a process and all that descend from it, as they are now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return tuple(found)


def processor_seconds(pids: Iterable[int]) -> float:
    """Return the processor time, user and system, that the processes have used."""
    return sum(int(stat[11]) + int(stat[12]) for pid in pids if (stat := _stat(pid))) * _TICK


def resident(pids: Iterable[int], *, peak: bool) -> int:
    """Return the octets of memory in use, now or at the highest (VmRSS or VmHWM), the sum over the processes."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(wanted))
    return total


def available_memory() -> int:
    """Return the octets of memory that the machine has to give."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def _stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on, or nothing when it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
