"""The daemon of ``bgpkit run``: a configured speaker with its local socket, told what to do by signals."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from pathlib import Path
from typing import assert_never

import structlog

from bgpkit.command.log_lines import log_to_standard_error
from bgpkit.command.run_notify import notify
from bgpkit.configuration import (
    Configuration,
    ConfigurationFileError,
    ConfigurationPlan,
    ConfiguredSpeaker,
    Endpoint,
    FibUse,
    check,
    load,
)
from bgpkit.control import (
    Answer,
    Answerer,
    ControlError,
    ControlServer,
    ListeningSocket,
    SpeakerAnswers,
    Words,
    own_socket,
)
from bgpkit.errors import BgpError
from bgpkit.rpki import RtrCacheStatus
from bgpkit.tuning import tune_gc
from bgpkit.wire import Json, to_plain


def socket_of(configuration: Configuration, named: Path | None) -> Path:
    """Return where the local socket of a configuration is: as named, as the file says, or as usual."""
    if named is not None:
        return named
    if configuration.control.socket:
        return configuration.path.parent / configuration.control.socket
    return own_socket()


class Daemon:
    """Runs one configuration file until it is told to end."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        socket: Path | None = None,
        log: str | None = None,
        restarting: bool = False,
    ) -> None:
        """Run by ``configuration``; ``socket`` and ``log`` go before what it says."""
        self._file = configuration.path
        self._socket = socket
        self._level = log
        self._running = ConfiguredSpeaker(configuration, restarting=restarting)
        self._end = asyncio.Event()
        self._reading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._last_reload = ""
        self._log = structlog.get_logger("bgpkit.command")

    async def run(self) -> None:
        """Run; BgpError says why it cannot. The socket is taken first: a second copy is told so."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end.set)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        await check(self._running.configuration)
        with contextlib.closing(self._listening()) as listening:
            async with self._running, ControlServer(self._answerers(), listening):
                tune_gc()
                self._tell_start(listening.path)
                notify("READY=1")
                await self._end.wait()
                notify("STOPPING=1")
                for task in self._reloads:
                    task.cancel()
                await self._running.stop()
        self._log.info("daemon.ended", stop=self._running.configuration.speaker.stop.value)

    async def reload(self) -> None:
        """Read the file again and change what differs in it; with a fault in it nothing changes."""
        async with self._reading:
            notify("RELOADING=1")
            try:
                new = await asyncio.to_thread(load, self._file)
                await check(new)
                plan = self._running.plan(new)
                for line in str(plan).splitlines():
                    self._log.info("configuration.plan", line=line)
                await self._running.apply(new)
            except ConfigurationFileError as error:
                self._refused([str(fault) for fault in error.faults])
            except (BgpError, ValueError) as error:
                self._refused([str(error)])
            else:
                if plan.log and self._level is None:
                    log_to_standard_error(new.log.level.value)
                self._last_reload = f"{_now()}: {_outcome(plan)}"
                self._log.info("configuration.applied", file=str(self._file))
            notify("READY=1")

    def _hang_up(self) -> None:
        task = asyncio.get_running_loop().create_task(self.reload(), name="bgpkit.reload")
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    def _refused(self, faults: list[str]) -> None:
        for fault in faults:
            self._log.error("configuration.refused", fault=fault)
        count = f"{len(faults)} faults, " if len(faults) > 1 else ""
        self._last_reload = f"{_now()}: refused, nothing was changed: {count}{faults[0]}"

    def _listening(self) -> ListeningSocket:
        configuration = self._running.configuration
        path = socket_of(configuration, self._socket)
        if self._socket is None and not configuration.control.socket:
            with contextlib.suppress(OSError):  # what stands in the way, the socket itself will say
                path.parent.mkdir(mode=0o755, exist_ok=True)
        return ListeningSocket(path, configuration.control.group)

    def _answerers(self) -> Mapping[str, Answerer]:
        running = self._running
        answers = SpeakerAnswers(
            running.speaker,
            facts=self._facts,
            forwarding=lambda: running.forwarding,
            happenings=running.kernel_events,
        )
        return {**answers.answerers(), **self._fib_answerers(), "plan": self._plan}

    def _fib_answerers(self) -> Mapping[str, Answerer]:
        """Return what answers of the kernel's table, or says why nothing is done with it."""
        fib = self._running.fib
        if fib is not None:
            from bgpkit.command.fib_answers import FibAnswers  # Linux only, and only where the file asks for it

            return FibAnswers(fib).answerers()

        def refuse(_: Words) -> Answer:
            """Say why."""
            why = self._running.kernel_problem or 'mode in [fib] of its file is "off", not "install" or "read-only"'
            raise ControlError(f"this daemon keeps no routes in the kernel: {why}")

        return {"fib": refuse, "fib-diff": refuse}

    async def _plan(self, words: Words) -> AsyncGenerator[list[str], None]:
        """Tell what a file would change; whoever may ask only as one of a group learns of this daemon's own file."""
        file = Path(words.only("file").text("file") or self._file)
        if self._running.configuration.control.group and not _same(file, self._file):
            raise ControlError(f"this daemon is asked by a group: it tells the plan of {self._file} only")
        new = await asyncio.to_thread(load, file)
        await check(new)
        plan = self._running.plan(new)
        yield [json.dumps({"text": str(plan), "plan": to_plain(plan)})]

    def _facts(self) -> Mapping[str, Json]:
        return {
            "configuration": str(self._file),
            "reload": self._last_reload,
            "rpki": [_cache(each) for each in self._running.caches()],
            "kernel": self._kernel(),
        }

    def _kernel(self) -> str:
        """Return what is done with the kernel's table, or why nothing is."""
        settings = self._running.configuration.fib
        match settings.mode:
            case FibUse.OFF:
                return ""
            case FibUse.READ_ONLY:
                return f"{settings.place} is only read"
            case FibUse.INSTALL if self._running.kernel_problem:
                return f"no routes: {self._running.kernel_problem}"
            case FibUse.INSTALL:
                return f"routes in {settings.place}"
            case _:
                assert_never(settings.mode)

    def _tell_start(self, socket: Path) -> None:
        if self._running.kernel_problem:
            self._log.error("kernel.unavailable", reason=self._running.kernel_problem)
        speaker = self._running.speaker
        listen = [str(Endpoint(*each)) for each in speaker.addresses]
        self._log.info(
            "daemon.started",
            file=str(self._file),
            asn=speaker.asn,
            bgp_identifier=str(speaker.bgp_identifier),
            listen=", ".join(listen),
            peers=len(speaker.peers()),
            socket=str(socket),
        )


def _now() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"


def _outcome(plan: ConfigurationPlan) -> str:
    count = len(list(plan.lines()))
    return "nothing changed" if plan.empty else f"{count} change{'' if count == 1 else 's'}"


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _cache(status: RtrCacheStatus) -> Json:
    return {
        "cache": str(status.cache),
        "state": status.state.value,
        "roas": status.roas,
        "serving": status.serving,
        "problem": status.problem,
    }
