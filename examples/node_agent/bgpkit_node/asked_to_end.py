"""The ways in which a process that serves is asked to end."""

import asyncio
import signal
from collections.abc import Callable


def when_asked_to_end(call: Callable[[], object]) -> None:
    """Have the running loop call ``call`` at SIGTERM, at SIGINT (Ctrl-C), and at SIGHUP (the terminal is gone).

    A signal that is ignored stays so: under nohup(1) the end of the terminal is no reason.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, call)
