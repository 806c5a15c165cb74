"""A route reflector in a program of your own: clients connect, get each other's routes, and every change is printed.

::

    python examples/route_reflector.py 192.0.2.1:179 --asn 64512 --identifier 192.0.2.1 --clients 192.0.2.0/24
"""

import argparse
import asyncio
import contextlib

from bgpkit import PeerConfig, Speaker


async def main(options: argparse.Namespace) -> None:
    """Reflect until Ctrl-C."""
    address, _, port = options.listen.rpartition(":")

    def client(address: str) -> PeerConfig:
        return PeerConfig(address=address, asn=options.asn, passive=True, route_reflector_client=True)

    async with Speaker(asn=options.asn, bgp_identifier=options.identifier, listen=[(address, int(port))]) as speaker:
        await speaker.accept_peers(options.clients, client)
        print(f"listening on port {speaker.addresses[0][1]}", flush=True)
        async for change in speaker.watch():
            print(change.prefix, f"from {change.route.peer}" if change.route else "is gone", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Reflect routes between internal clients (RFC 4456).")
    parser.add_argument("listen", metavar="ADDRESS:PORT", help="port 0: any")
    for name in ("--asn", "--identifier", "--clients"):
        parser.add_argument(name, required=True, type=int if name == "--asn" else str)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args()))
