"""What a process holds, so that a test can see that nothing was left behind."""

import asyncio
from contextlib import suppress
from pathlib import Path


def open_sockets() -> set[str]:
    """Return the sockets that this process has open, as the kernel names them."""
    found: set[str] = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            found.add(str(link.readlink()))
    return {name for name in found if name.startswith("socket:")}


def other_tasks() -> set[asyncio.Task[object]]:
    """Return the tasks of the running loop but for the present one."""
    present = asyncio.current_task()
    return {task for task in asyncio.all_tasks() if task is not present}


def pending_timers() -> list[asyncio.TimerHandle]:
    """Return the timers that the running loop has yet to fire."""
    scheduled: list[asyncio.TimerHandle] = vars(asyncio.get_running_loop())["_scheduled"]
    return [timer for timer in scheduled if not timer.cancelled()]
