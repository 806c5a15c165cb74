"""What the allocation documents in a store say, read by other means than the code under test."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from bgpkit_node.datastore.port import KeyValue

ROOT = "/calico/ipam/v2/"


@dataclass(frozen=True)
class Taken:
    """Handle and node of one taken address."""

    handle: str | None
    node: str | None


def blocks(entries: Mapping[str, KeyValue]) -> dict[str, Any]:
    """Return the blocks' documents by CIDR."""
    return {_cidr(key): json.loads(pair.value) for key, pair in entries.items() if key.startswith(ROOT + "assignment/")}


def affinities(entries: Mapping[str, KeyValue]) -> dict[tuple[str, str], str]:
    """Return the state of each affinity by node and CIDR; an empty document is confirmed."""
    found: dict[tuple[str, str], str] = {}
    for key, pair in entries.items():
        if key.startswith(ROOT + "host/"):
            node = key.removeprefix(ROOT + "host/").split("/")[0]
            document = json.loads(pair.value or b"{}")
            found[node, _cidr(key)] = document.get("state") or "confirmed"
    return found


def handles(entries: Mapping[str, KeyValue]) -> dict[str, dict[str, int]]:
    """Return the counts of each handle by CIDR."""
    return {
        key.removeprefix(ROOT + "handle/"): json.loads(pair.value)["block"]
        for key, pair in entries.items()
        if key.startswith(ROOT + "handle/")
    }


def taken(entries: Mapping[str, KeyValue]) -> dict[str, Taken]:
    """Return who has each taken address; fails when one address is taken twice."""
    found: dict[str, Taken] = {}
    for cidr, document in blocks(entries).items():
        first = ip_network(cidr)[0]
        for ordinal, number in enumerate(document["allocations"]):
            if number is not None:
                attributes = document["attributes"][number]
                if "releasedAt" in attributes:
                    continue
                address = str(ip_address(int(first) + ordinal))
                assert address not in found, f"{address} has two owners"
                found[address] = Taken(attributes["handle_id"], attributes["secondary"].get("node"))
    return found


def assert_sound(entries: Mapping[str, KeyValue]) -> None:
    """Fail unless every block is partitioned, no address is owned twice, and every handle counts what is there."""
    counted: dict[str, Counter[str]] = {}
    for cidr, document in blocks(entries).items():
        free = [ordinal for ordinal, number in enumerate(document["allocations"]) if number is None]
        assert document["cidr"] == cidr
        assert len(document["allocations"]) == ip_network(cidr).num_addresses
        assert sorted(document["unallocated"]) == free, f"{cidr} is not partitioned"
        assert document["affinity"] is not None or len(free) < len(document["allocations"]), f"{cidr} is nobody's"
        used = [number for number in document["allocations"] if number is not None]
        assert set(used) == set(range(len(document["attributes"]))), f"{cidr} has attributes that nobody uses"
        for number in used:
            if "releasedAt" in document["attributes"][number]:
                continue
            counted.setdefault(document["attributes"][number]["handle_id"], Counter())[cidr] += 1
    taken(entries)
    assert handles(entries) == counted


def assert_affinities_agree(entries: Mapping[str, KeyValue]) -> None:
    """Fail unless each block has exactly the one confirmed affinity that it names, and there are no others."""
    named = {
        (document["affinity"].removeprefix("host:"), cidr)
        for cidr, document in blocks(entries).items()
        if document["affinity"]
    }
    found = affinities(entries)
    assert set(found.values()) <= {"confirmed"}
    assert set(found) == named


def _cidr(key: str) -> str:
    address, _, length = key.rpartition("/")[2].rpartition("-")
    return f"{address}/{length}"
