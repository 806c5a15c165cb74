"""A speaker as a program of its own: one JSON object a line on standard input orders, one on standard output answers.

``python -m tests.interop.speaker_program '{"asn": 64512, "bgp_identifier": "10.9.0.2"}'``
"""

import asyncio
import json
import logging
import sys
from ipaddress import ip_address
from typing import Any

import structlog

from bgpkit import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathAll,
    AsPath,
    Community,
    LargeCommunity,
    PathAttributes,
    PeerConfig,
    Prefix,
    Route,
    Speaker,
)
from bgpkit.policy import PrefixPolicy, PrefixRule

FAMILIES = {"ipv4": IPV4_UNICAST, "ipv6": IPV6_UNICAST}


def policy(prefixes: list[str] | None) -> PrefixPolicy | None:
    """Return a policy that accepts what lies inside ``prefixes``; None for the default."""
    if prefixes is None:
        return None
    return PrefixPolicy("test", tuple(PrefixRule(Prefix.parse(text)) for text in prefixes))


def peer_config(given: dict[str, Any]) -> PeerConfig:
    """Return the configuration that an order describes."""
    fields = dict(given)
    fields["families"] = tuple(FAMILIES[name] for name in fields.get("families", ["ipv4"]))
    fields["long_lived_families"] = tuple(FAMILIES[name] for name in fields.get("long_lived_families", []))
    fields["next_hops"] = tuple(ip_address(text) for text in fields.get("next_hops", []))
    if fields.pop("add_path_send", False):
        fields["advertise"] = AddPathAll()
    for name in ("import_policy", "export_policy"):
        fields[name] = policy(fields.get(name))
    return PeerConfig(**fields)


def path_attributes(given: dict[str, Any]) -> PathAttributes:
    """Return the attributes that an order describes."""
    return PathAttributes(
        as_path=AsPath.parse(given.get("as_path", "")),
        med=given.get("med"),
        local_pref=given.get("local_pref"),
        communities=tuple(map(Community.parse, given.get("communities", []))),
        large_communities=tuple(map(LargeCommunity.parse, given.get("large_communities", []))),
    )


def shown(route: Route) -> dict[str, Any]:
    """Return a route for the answer."""
    attributes, path = route.attributes, route.path
    return {
        "prefix": str(route.prefix),
        "peer": route.peer,
        "best": route.best,
        "path_id": path.path_id,
        "reason": path.reason,
        "stale": path.stale,
        "next_hop": str(attributes.next_hop),
        "as_path": str(attributes.as_path),
        "origin": attributes.origin.name,
        "med": attributes.med,
        "local_pref": attributes.local_pref,
        "communities": list(map(str, attributes.communities)),
        "large_communities": list(map(str, attributes.large_communities)),
        "originator_id": None if attributes.originator_id is None else str(attributes.originator_id),
        "cluster_list": list(map(str, attributes.cluster_list)),
    }


async def obey(speaker: Speaker, order: dict[str, Any]) -> Any:
    """Carry out one order and return what there is to say."""
    match order["do"]:
        case "add_peer":
            await speaker.add_peer(peer_config(order["peer"]))
        case "update_peer":
            return (await speaker.update_peer(peer_config(order["peer"]))).value
        case "reset_peer":
            await speaker.reset_peer(order["address"])
        case "refresh_peer":
            await speaker.refresh_peer(order["address"])
        case "release_end_of_rib":
            speaker.release_end_of_rib()
        case "remove_peer":
            await speaker.remove_peer(order["address"])
        case "announce":
            hop = order.get("next_hop")
            path_id = order.get("path_id", 0)
            await speaker.announce(*order["prefixes"], next_hop=hop, attributes=path_attributes(order), path_id=path_id)
        case "withdraw":
            await speaker.withdraw(*order["prefixes"], path_id=order.get("path_id", 0))
        case "routes":
            return [shown(route) for route in speaker.routes(FAMILIES[order["family"]], peer=order.get("peer"))]
        case "peers":
            return [
                {"address": each.address, "state": str(each.state), "stale": list(map(str, each.stale))}
                | {"error": each.last_error, "count": each.established_count}
                | {"long_lived_stale": list(map(str, each.long_lived_stale))}
                for each in speaker.peers()
            ]
        case _:
            await speaker.stop(graceful=order["graceful"], cease=order.get("cease", ""))
    return None


async def serve(options: dict[str, Any]) -> None:
    """Obey until an order is to stop, or nobody gives any more."""
    options["listen"] = [(address, port) for address, port in options.get("listen", [])]
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with Speaker(**options) as speaker:
        answer("ready")
        while line := await orders.readline():
            order = json.loads(line)
            answer(await obey(speaker, order))
            if order["do"] == "stop":
                return


def answer(value: Any) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps({"answer": value}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(serve(json.loads(sys.argv[1])))
