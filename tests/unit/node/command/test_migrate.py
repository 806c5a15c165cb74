"""Leaving flannel from the command line: wrong words, no rights, nothing there, and what is printed. walkthrough 8."""

import json
import tempfile
from pathlib import Path

import pytest

from bgpkit_node.command.migrate_look import Look
from bgpkit_node.command.migrate_output import plain_outage, plain_plan, rendered_outages, rendered_plan
from bgpkit_node.flannel import Conflists, Known, Machine, Outage, Pod, plan_of, recognise
from tests.support.commands import Answer, asked, bgpkit_node
from tests.support.skips import require_kernel
from tests.unit.node.flannel.scenery import DIRECT, FLANNEL, KERNELS, LINKS, machine, route, settings

FILES = (Path("/net.d/10-bgpkit.conflist"), Path("/record.json"))
UNPRIVILEGED = ("setpriv", "--reuid=65534", "--clear-groups")


def words(folder: Path, *options: str) -> tuple[str, ...]:
    """Return a call for which nothing of this machine counts but its interfaces."""
    places = ("--cni-conf", "--cni-bin", "--subnet-env", "--net-conf", "--runtime-cache", "--record", "--run-dir")
    return ("migrate", "flannel", *options, *(word for place in places for word in (place, str(folder / place[2:]))))


def run(folder: Path, *options: str) -> Answer:
    """Run it in this process."""
    return asked(*words(folder, *options), datastore=folder / "none")


def look(here: Machine, conflists: Conflists = FLANNEL) -> Look:
    """Return what is seen of a machine."""
    remains = recognise(here, settings(), conflists)
    plan = plan_of(remains, here, settings(), Known(node="k8s-master1", nodes={}), FILES)
    return Look(machine=here, settings=settings(), remains=remains, plan=plan, unknown="no datastore", agent=False)


def test_a_machine_without_flannel_is_told_so(tmp_path: Path) -> None:
    """By the plan, which is what the command without an option gives; apply changes nothing, and needs no rights."""
    said = run(tmp_path)
    assert (said.status, "nothing of flannel is on " in said.out, said.err) == (0, True, "")
    plan = json.loads(run(tmp_path, "--plan", "--json").out)
    assert (plan["removed"], plan["pods"], plan["order"]) == ([], [], [])
    assert "nothing changed" in run(tmp_path, "--apply").out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--plan", "--apply"), "exclude each other"),
        (("--apply", "--undo"), "exclude each other"),
        (("--keep", "x"), "'x' is no range of addresses"),
        (("--wait", "-1"), "-1.0 is not in the range"),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    """Before anything is looked at."""
    answer = run(tmp_path, *options)
    assert (answer.status, sentence in answer.err) == (2, True), answer


def test_another_machine_is_refused(tmp_path: Path) -> None:
    """The command works on the machine that it runs on."""
    run(tmp_path, "--node", "nobody").assert_refused("not nobody: run the command on nobody")
    run(tmp_path, "--undo").assert_refused("nothing to undo: there is no record at")
    (tmp_path / "record").write_text('{"node": "a"}')
    run(tmp_path, "--undo", "--node", "b").assert_refused("record is of a, not b")
    run(tmp_path, "--undo").assert_refused("nothing undone: there is no terminal to ask at")


def test_who_may_not_change_interfaces_is_told_so() -> None:
    """The plan is for anybody."""
    require_kernel("netns")
    with tempfile.TemporaryDirectory(prefix="bgpkit-") as name:  # that of pytest is closed to others, again and again
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "cni-conf").mkdir()
        (folder / "cni-conf" / "10-flannel.conflist").write_text('{"plugins": [{"type": "flannel"}]}')
        plan = bgpkit_node(*words(folder), datastore=folder / "none", prefix=UNPRIVILEGED)
        refused = bgpkit_node(*words(folder, "--apply", "--yes"), datastore=folder / "none", prefix=UNPRIVILEGED)
    assert (plan.status, "10-flannel.conflist" in plan.out) == (0, True), plan
    refused.assert_refused("nothing removed: interfaces and routes are root's to change")


def test_the_plan_is_tables_and_an_order() -> None:
    """What goes, the pods, who loses whom, the steps, what is left alone, and notes."""
    other = route("10.244.128.0/17", "10.4.7.1")
    lines = [line.rstrip() for line in rendered_plan(look(machine(routes=(*KERNELS, *DIRECT, other)))).splitlines()]
    assert lines[:12] == [
        "k8s-master1: what is removed, and nothing else",
        "",
        "KIND            WHAT",
        "configuration   /net.d/10-flannel.conflist",
        "route           10.244.0.0/24 via 10.4.7.12 dev eth0",
        "route           10.244.2.0/24 via 10.4.7.21 dev eth0",
        "interface       cni0 (bridge, 10.244.1.1/24, 2 pods)",
        "",
        "POD ON FLANNEL   ADDRESS   INTERFACE",
        "-                -         vetha",
        "-                -         vethb",
        "",
    ]
    assert "1. the agents run on all nodes, with their sessions up, before the first node is migrated" in lines
    assert "route 10.244.128.0/17 via 10.4.7.1 dev eth0   the part of a node is a /24" in lines
    assert lines[-1] == "note: no datastore"
    nothing = look(machine(links=LINKS[:3], routes=KERNELS), Conflists())
    assert rendered_plan(nothing) == "nothing of flannel is on k8s-master1: nothing to remove, nothing changed"
    assert plain_plan(nothing)["warnings"] == ["no datastore"]


def test_outages_are_a_table() -> None:
    """Seconds, or why there are none."""
    away, back = Outage(Pod("veth1"), "10.244.1.5", said="away"), Outage(Pod("veth2", "ns", "p"), "a", "b", 2.5)
    assert [line.rstrip() for line in rendered_outages([away, back]).splitlines()] == [
        "POD     OLD ADDRESS   NEW ADDRESS   OUTAGE",
        "veth1   10.244.1.5    -             away",
        "ns/p    a             b             2.50 s",
    ]
    assert rendered_outages([]) == ""
    assert plain_outage(back)["outageSeconds"] == 2.5
