"""The report of a node in Calico's fields, held against the schema of Calico's own definition."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bgpkit_node.node_status.report import report
from bgpkit_node.resources import StatusClass
from bgpkit_node.resources.calico_node_status import CalicoNodeStatusStatus
from bgpkit_node.resources.part import is_mapping, is_sequence, to_plain
from bgpkit_node.running import RunningNode
from tests.support.running_nodes import OWN, looked_at

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
_CRD = Path(__file__).parents[3] / "data" / "calico" / "crd_caliconodestatuses.yaml"


def misfits(value: object, schema: dict[str, Any], place: str = "status") -> list[str]:
    """Return where ``value`` is not as an OpenAPI schema says: fields that it does not know, words, missing fields."""
    if is_mapping(value):
        known = schema.get("properties", {})
        found = [f"{place}.{key} is unknown" for key in value if key not in known]
        found += [f"{place}.{key} is missing" for key in schema.get("required", ()) if key not in value]
        parts = (misfits(each, known[key], f"{place}.{key}") for key, each in value.items() if key in known)
        return found + [one for part in parts for one in part]
    if is_sequence(value):
        return [one for each in value for one in misfits(each, schema["items"], place)]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value} is none of {schema['enum']}"]
    kinds = {"string": str, "integer": int}
    return [] if isinstance(value, kinds[schema["type"]]) else [f"{place}: {value!r} is no {schema['type']}"]


def schema_of_status() -> dict[str, Any]:
    """Return what Calico's definition says of the status."""
    definition = yaml.safe_load(_CRD.read_text(encoding="utf-8"))
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    status: dict[str, Any] = schema["properties"]["status"]
    return status


async def test_a_whole_report_is_what_calicos_definition_allows() -> None:
    """Every field and every word; nothing is left out of it."""
    async with looked_at() as agent:
        status, cut = await report(agent.running, tuple(StatusClass), NOW)
    plain = to_plain(status)
    assert misfits(plain, schema_of_status()) == []
    assert set(plain) == {"lastUpdated", "agent", "bgp", "routes"}
    assert (plain["lastUpdated"], cut) == ("2026-11-29T12:00:30Z", "")


async def test_only_what_is_asked_for_is_reported() -> None:
    """Beside the time."""
    async with looked_at() as agent:
        for wanted, field in ((StatusClass.AGENT, "agent"), (StatusClass.BGP, "bgp"), (StatusClass.ROUTES, "routes")):
            status, _ = await report(agent.running, (wanted,), NOW)
            assert set(to_plain(status)) == {"lastUpdated", field}


async def test_the_speaker_stands_for_both_daemons() -> None:
    """Ready with its router ID; not while it starts, stops, or waits for the End-of-RIB of its peers."""

    async def state(running: RunningNode) -> tuple[str, str]:
        """Return what is said of the IPv4 daemon."""
        status, _ = await report(running, (StatusClass.AGENT,), NOW)
        assert isinstance(status, CalicoNodeStatusStatus)
        assert status.agent is not None
        assert status.agent.bird_v6 is None
        daemon = status.agent.bird_v4
        assert daemon is not None
        assert daemon.state is not None
        return daemon.state.value, daemon.router_id

    async with looked_at() as agent:
        assert await state(agent.running) == ("Ready", OWN)
        agent.running.stopping = True
        assert await state(agent.running) == ("NotReady", OWN)
    assert await state(RunningNode(name="a")) == ("NotReady", "")
    async with looked_at(restarting=True) as agent:
        if agent.serving.speaker.deferral.active:
            assert (await state(agent.running))[0] == "NotReady"
