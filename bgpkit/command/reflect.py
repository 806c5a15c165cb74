"""The command ``bgpkit reflect``: a route reflector, ready to run (RFC 4456)."""

import argparse
import asyncio
import contextlib
import signal
from dataclasses import replace
from errno import EPERM
from typing import Final

import structlog

from bgpkit import BgpError, ConfigError, FibError, PeerConfig, Speaker
from bgpkit.command.count_file import CountFile
from bgpkit.command.errors import UsageError
from bgpkit.command.log_lines import log_to_standard_error, say
from bgpkit.command.reflect_arguments import add_arguments
from bgpkit.command.stall_clock import StallClock
from bgpkit.policy import ACCEPT_ALL, Policy, load_policies
from bgpkit.tuning import tune_gc

SUMMARY: Final = "run a route reflector that takes internal clients from ranges of addresses"


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    add_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the reflector until it is told to end; UsageError when the words cannot be meant."""
    log_to_standard_error(arguments.log)
    try:
        client, speaker = _client(arguments), _speaker(arguments)
        asyncio.run(_reflect(arguments, client, speaker))
    except UsageError:
        raise
    except BgpError as error:
        say(f"bgpkit: {error}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _client(arguments: argparse.Namespace) -> PeerConfig:
    """Return what every client is to be, but for its address."""
    imported, exported = _policies(arguments)
    try:
        return PeerConfig(
            address="192.0.2.1",
            asn=arguments.asn,
            passive=True,
            families=arguments.families,
            hold_time=arguments.hold_time,
            route_reflector_client=True,
            import_policy=imported,
            export_policy=exported,
        )
    except ConfigError as error:
        raise UsageError(str(error).removeprefix("peer 192.0.2.1: ")) from error


def _speaker(arguments: argparse.Namespace) -> Speaker:
    try:
        return Speaker(
            asn=arguments.asn,
            bgp_identifier=arguments.router_id,
            cluster_id=arguments.cluster_id,
            listen=arguments.listen,
            families=arguments.families,
            client_to_client=not arguments.no_client_to_client,
        )
    except ConfigError as error:
        text = str(error).replace("bgp_identifier", "--router-id").replace("cluster_id", "--cluster-id")
        raise UsageError(text) from error


async def _reflect(arguments: argparse.Namespace, client: PeerConfig, speaker: Speaker) -> None:
    async with contextlib.AsyncExitStack() as stack:
        await _start(arguments, speaker, stack)
        for prefix in arguments.clients:
            await speaker.accept_peers(prefix, lambda address: replace(client, address=address))
        if arguments.count_file is not None:
            await stack.enter_async_context(CountFile(arguments.count_file, lambda: _count(speaker)))
        if arguments.stall_file is not None:
            clock = await stack.enter_async_context(StallClock())
            await stack.enter_async_context(CountFile(arguments.stall_file, clock.longest_milliseconds))
        tune_gc()
        _tell_start(arguments, speaker)
        await _told_to_end()


async def _start(arguments: argparse.Namespace, speaker: Speaker, stack: contextlib.AsyncExitStack) -> None:
    """Start the speaker, and before it what keeps routes in the kernel, which not every platform has.

    So at the end routes leave the kernel after the sessions, and nobody sends packets in vain. Without the right to
    change routes that is said, and the speaker runs all the same.
    """
    if not arguments.install:
        await stack.enter_async_context(speaker)
        return
    from bgpkit.command.reflect_kernel import follow, kernel_routes

    try:
        fib = await stack.enter_async_context(kernel_routes())
    except FibError as error:
        if error.errno != EPERM:
            raise
        structlog.get_logger("bgpkit.command").error("kernel.unavailable", reason=str(error))
        await stack.enter_async_context(speaker)
        return
    await stack.enter_async_context(speaker)
    stack.callback(follow(fib, speaker).cancel)


def _tell_start(arguments: argparse.Namespace, speaker: Speaker) -> None:
    listen = [f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address, port in speaker.addresses]
    structlog.get_logger("bgpkit.command").info(
        "reflector.started",
        listen=", ".join(listen),
        clients=", ".join(map(str, arguments.clients)),
        families=", ".join(map(str, arguments.families)),
        asn=arguments.asn,
    )


async def _told_to_end() -> None:
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    await end.wait()


def _count(speaker: Speaker) -> int:
    return sum(speaker.size(family) for family in speaker.families)


def _policies(arguments: argparse.Namespace) -> tuple[Policy, Policy]:
    wanted = (arguments.import_policy, arguments.export_policy)
    if arguments.policy is None:
        if any(wanted):
            raise UsageError("--import-policy and --export-policy name policies of a file: give it with --policy")
        return ACCEPT_ALL, ACCEPT_ALL
    policies = load_policies(arguments.policy)
    for name in wanted:
        if name is not None and name not in policies:
            known = ", ".join(policies) or "none"
            raise ConfigError(f"{arguments.policy}: there is no policy {name!r}; it has: {known}")
    chosen = [ACCEPT_ALL if name is None else policies[name] for name in wanted]
    return chosen[0], chosen[1]
