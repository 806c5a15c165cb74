"""A real Internet table through a reflector: in from an independent client, out to another, compared."""

import asyncio
import json
import signal
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from bgpkit_node.demo.cluster import ASN
from bgpkit_node.demo.minimal_client import attributes, differences, has_zero_aggregator, read_feed, table_of
from bgpkit_node.demo.processes import end
from bgpkit_node.errors import NodeError

FEED: Final = "feed-as1853-20020722.as2.bgp.gz"
FEED_ASN: Final = 1853
REFLECTOR, FEEDER, SINK = "127.0.0.1", "127.0.0.2", "127.0.0.3"
_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out."""

    routes: int
    seconds: float
    """From the first route that came out to the last."""
    differences: int
    example: str
    left_out: int
    """AGGREGATOR attributes with AS number 0, which RFC 7607 has us leave out."""

    @property
    def rate(self) -> float:
        """Routes a second."""
        return self.routes / self.seconds


async def carry_table(environment: dict[str, str]) -> Outcome:
    """Feed the table of 22 July 2002 as AS 1853 saw it; take it out as an internal client sees it."""
    feed = Path(str(files("bgpkit_node.demo").joinpath("data", FEED)))
    sent = await asyncio.to_thread(lambda: table_of(read_feed(feed)))
    with tempfile.TemporaryDirectory(dir="/run") as scratch:
        result = Path(scratch) / "received.json"
        reflector = await _start(_reflector_command(), environment)
        try:
            port = str((await _line(reflector))["port"])
            common = ("--connect", f"{REFLECTOR}:{port}")
            expected = ("--expect", str(len(sent)))
            sink = await _start(
                (*_client("sink"), *common, "--bind", SINK, "--asn", str(ASN), "--file", str(result), *expected),
                environment,
            )
            await _line(sink)
            feeder = await _start(
                (*_client("feed"), *common, "--bind", FEEDER, "--asn", str(FEED_ASN), "--file", str(feed)), environment
            )
            try:
                seconds = (await _line(sink))["seconds"]
            finally:
                await _end(feeder, sink)
        finally:
            await _end(reflector)
        received: dict[str, str] = json.loads(result.read_text())
    found = await asyncio.to_thread(differences, sent, received)
    zeros = sum(map(_has_zero_aggregator, sent.values()))
    return Outcome(len(received), seconds, len(found), found[0] if found else "", zeros)


@cache
def _has_zero_aggregator(block: str) -> bool:
    return has_zero_aggregator(attributes(bytes.fromhex(block), as_octets=2))


def _reflector_command() -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "bgpkit_node.demo.reflector")


def _client(role: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "bgpkit_node.demo.minimal_client", role)


async def _start(words: tuple[str, ...], environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *words, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )


async def _line(process: asyncio.subprocess.Process) -> dict[str, float]:
    """Return the JSON object of the next line that ``process`` prints."""
    output = process.stdout or asyncio.StreamReader()
    try:
        line = await asyncio.wait_for(output.readline(), _SECONDS)
    except TimeoutError:
        raise NodeError(f"the Internet table did not come through within {_SECONDS:.0f} seconds") from None
    if not line:
        raise NodeError("a process of the Internet table step ended early; its error stands above")
    answer: dict[str, float] = json.loads(line)
    return answer


async def _end(*processes: asyncio.subprocess.Process) -> None:
    for process in processes:
        end(process, signal.SIGKILL)
        await process.wait()
