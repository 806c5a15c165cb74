"""``bgpkit-node policy trace``: what this node's rules deny, as it happens."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.policy_source import parse_port
from bgpkit_node.command.policy_trace_lines import TraceWish, json_of, line_of
from bgpkit_node.command.policy_trace_names import Names
from bgpkit_node.command.surroundings import warn
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.nft import KernelTable
from bgpkit_node.policy_trace import Account, Happening, Recent, RuleBook, TraceSocket, Trails, switched_on
from bgpkit_node.resources import DEFAULT_NAMESPACE

_PATIENCE: Final = 3.0
"""Seconds for which the names in the datastore are waited for at the beginning."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """How it is told."""

    wish: TraceWish
    table: str
    every_packet: bool
    as_json: bool


@click.command("trace")
@click.option("--pod", "pods", multiple=True, metavar="NAMESPACE/NAME", help="Tell of this pod, at either end.")
@click.option("-n", "--namespace", "namespaces", multiple=True, help="Tell of pods in this namespace, at either end.")
@click.option("--port", "ports", multiple=True, metavar="PORT/PROTOCOL", help="Tell of connections to this port.")
@click.option("--every-packet", is_flag=True, help="Tell of every packet; else of each flow once a minute.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@click.option(
    "--table", default="bgpkit", show_default=True, metavar="NAME", help="The table, of family inet, to watch."
)
@datastore_option
def policy_trace(
    pods: tuple[str, ...],
    namespaces: tuple[str, ...],
    ports: tuple[str, ...],
    every_packet: bool,
    as_json: bool,
    table: str,
    datastore: DatastoreSettings,
) -> None:
    """Tell of every connection that is denied on this node, and which rule of which policy denies it, until Ctrl-C.

    Also of packets that a rule with the action Log matches, that a staged policy would deny, and that another table of
    this machine drops. Run it as root. The rules stay as they are, and nothing stays switched on; while it runs, first
    packets of connections take longer.
    """
    wish = TraceWish(
        pods=frozenset(pod if "/" in pod else f"{DEFAULT_NAMESPACE}/{pod}" for pod in pods),
        namespaces=frozenset(namespaces),
        ports=frozenset(map(parse_port, ports)),
    )
    telling = _Telling(wish=wish, table=table, every_packet=every_packet, as_json=as_json)
    asyncio.run(_trace(telling, datastore))


async def _trace(telling: _Telling, datastore: DatastoreSettings) -> None:
    """Trace until somebody asks this process to end, or nothing can be heard any more: NodeError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with ExitStack() as stack:
        heard = stack.enter_context(TraceSocket())
        kernel = stack.enter_context(KernelTable(telling.table))
        if kernel.comment() is None:
            warn(f"there is no table inet {telling.table} here: no policies are in force, others may deny")
        names = Names(kernel)
        following = asyncio.create_task(names.follow(datastore))
        await names.known(_PATIENCE)
        for pod in sorted(telling.wish.pods):
            if not names.are_known(pod):
                warn(f"nobody is called {pod} yet")
        stack.enter_context(switched_on())
        click.echo("tracing what is denied on this node; Ctrl-C ends it", err=True)
        tasks = {following, asyncio.create_task(_Listener(telling, names, kernel).listen(heard))}
        ending = asyncio.create_task(stop.wait())
        try:
            await _until_end(ending, tasks - {following})
        finally:
            for task in (ending, *tasks):
                task.cancel()
            await asyncio.gather(ending, *tasks, return_exceptions=True)


async def _until_end(ending: asyncio.Task[bool], tasks: set[asyncio.Task[None]]) -> None:
    done, _ = await asyncio.wait({ending, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


class _Listener:
    """Tells what a socket hears."""

    def __init__(self, telling: _Telling, names: Names, kernel: KernelTable) -> None:
        self._telling = telling
        self._names = names
        self._trails = Trails()
        self._account = Account(RuleBook(kernel))
        self._recent = Recent()

    async def listen(self, heard: TraceSocket) -> None:
        """Tell it until this is cancelled; NftError when nothing can be heard any more."""
        loop = asyncio.get_running_loop()
        news = asyncio.Event()
        loop.add_reader(heard.fileno(), news.set)
        try:
            while True:
                await news.wait()
                news.clear()
                for happening in self._happenings(heard):
                    self._tell(happening)
        finally:
            loop.remove_reader(heard.fileno())

    def _happenings(self, heard: TraceSocket) -> Iterator[Happening]:
        for step in heard.steps(_AT_ONCE):
            if step is None:
                self._trails.forget()
                if self._recent.is_news("lost", asyncio.get_running_loop().time()):
                    warn("more happens than can be told: some packets are missing")
            elif (trail := self._trails.take(step)) is not None:
                yield from self._account.happenings(trail)

    def _tell(self, happening: Happening) -> None:
        now = asyncio.get_running_loop().time()
        if not self._telling.wish.covers(happening, self._names.of):
            return
        if self._telling.every_packet or self._recent.is_news(happening, now):
            write = json_of if self._telling.as_json else line_of
            click.echo(write(happening, self._names.of, datetime.now(UTC).astimezone()))
