"""Commands and their answers: whole texts in BIRD's layout, from a speaker with a session up and one down."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from bgpkit_node.bird_socket import Commands, Layout
from bgpkit_node.bird_socket.framing import Framer
from bgpkit_node.running import RunningNode
from tests.support.running_nodes import LookedAt, looked_at

NOW = datetime.now(UTC)


@pytest.fixture
async def agent() -> AsyncGenerator[LookedAt]:
    """Start an agent that says, by a date, that it runs since two days ago."""
    async with looked_at(started=NOW - timedelta(days=2)) as found:
        yield found


async def ask(running: RunningNode, command: str, layout: Layout = Layout.BIRD_1_6) -> list[str]:
    """Return the lines of an answer; times of day are written 00:00:00."""
    versions = (4,) if layout is Layout.BIRD_1_6 else (4, 6)
    framer, commands = Framer(), Commands(running, versions=versions, layout=layout)
    octets = b"".join([framer.framed(line) async for line in commands.answer(command)])
    return re.sub(r"\d\d:\d\d:\d\d", "00:00:00", octets.decode()).splitlines()


def _date() -> str:
    return (NOW - timedelta(days=2)).astimezone().strftime("%Y-%m-%d")


async def test_show_protocols(agent: LookedAt) -> None:
    """Columns, numbers and padding as captured from BIRD 1.6.8."""
    lines = await ask(agent.running, "show protocols")
    assert lines[0] == "2002-name     proto    table    state  since       info"
    assert lines[1] == f"1002-static1  Static   master   up     {_date()}  "
    assert lines[4] == " Mesh_127_0_82_2 BGP      master   up     00:00:00    Established   "
    assert re.fullmatch(r" Global_127_0_82_3 BGP      master   start  00:00:00    \w+ +Socket: .*refused.*", lines[5])
    assert lines[6:] == ["0000 "]


@pytest.mark.parametrize(("name", "count"), [("Mesh_127_0_82_2", 1), ('"Mesh*"', 1), ("'*_127_0_82_?'", 2)])
async def test_protocols_by_name_and_by_pattern(agent: LookedAt, name: str, count: int) -> None:
    """A pattern stands in quotes."""
    lines = await ask(agent.running, f"show protocols {name}")
    assert len(lines) == 2 + count


async def test_show_protocols_all(agent: LookedAt) -> None:
    """Everything that is known of a session; what the agent does not count is no number."""
    lines = await ask(agent.running, "show protocols all Mesh_127_0_82_2")
    assert lines[2:7] == [
        "1006-  Description:    b",
        "   Preference:     100",
        "   Input filter:   ACCEPT",
        "   Output filter:  ip-pools",
        "   Routes:         2 imported, 1 exported, 2 preferred",
    ]
    assert lines[7] == "   Route change stats:     received   rejected   filtered    ignored   accepted"
    assert lines[8:12] == [
        "     Import updates:              2          0          0          0          2",
        "     Import withdraws:            0          0        ---          0          0",
        "     Export updates:            ---        ---        ---        ---        ---",
        "     Export withdraws:          ---        ---        ---        ---        ---",
    ]
    hold, keepalive = (int(re.split(r"[ /]+", line)[-2]) for line in lines[-4:-2])
    assert 60 <= hold <= 90
    assert 0 < keepalive <= 30
    assert lines[12:] == [
        "   BGP state:          Established",
        "     Neighbor address: 127.0.82.2",
        "     Neighbor AS:      64512",
        "     Neighbor ID:      127.0.82.2",
        "     Neighbor caps:    refresh enhanced-refresh restart-able AS4 ext-messages",
        "     Session:          internal multihop AS4",
        "     Source address:   127.0.82.1",
        f"     Hold timer:       {hold}/90",
        f"     Keepalive timer:  {keepalive}/30",
        " ",
        "0000 ",
    ]


async def test_a_session_that_is_down_tells_its_last_error(agent: LookedAt) -> None:
    """And no facts of a session."""
    lines = await ask(agent.running, "show protocols all Global_127_0_82_3")
    assert "   Routes:         0 imported, 0 exported, 0 preferred" in lines
    assert any(re.fullmatch(r"     Last error:       Socket: .*refused.*", line) for line in lines)
    assert not any("Neighbor ID" in line or "timer" in line for line in lines)


async def test_the_other_protocols_count_routes_too(agent: LookedAt) -> None:
    """Static has the node's own, kernel what is wanted in the kernel."""
    answer = "\n".join(await ask(agent.running, "show protocols all"))
    blocks: dict[str, str] = dict(re.findall(r"(?m)^1002-(\w+1) [^$]*?Routes: +(.*)$", answer))
    assert blocks["static1"] == "1 imported, 0 exported, 1 preferred"
    assert blocks["kernel1"] == "0 imported, 1 exported, 0 preferred"


async def test_show_route(agent: LookedAt) -> None:
    """Own blocks are blackholes, learned routes go by their next hop; the best is marked."""
    lines = await ask(agent.running, "show route")
    assert lines[0] == "1007-10.244.1.0/26      blackhole [static1 00:00:00] * (200)"
    assert sorted(lines[1:3]) == [
        " 10.244.2.0/26      via 127.0.82.2 [Mesh_127_0_82_2 00:00:00] * (100/0) [i]",
        " 10.244.2.7/32      via 127.0.82.2 [Mesh_127_0_82_2 00:00:00] * (100/0) [i]",
    ]
    assert lines[3:] == ["0000 "]


async def test_show_route_all(agent: LookedAt) -> None:
    """Type and attributes below each route, with numbers of their own."""
    assert await ask(agent.running, "show route 10.244.2.0/26 all") == [
        "1007-10.244.2.0/26      via 127.0.82.2 [Mesh_127_0_82_2 00:00:00] * (100/0) [i]",
        "1008-\tType: BGP unicast univ",
        "1012-\tBGP.origin: IGP",
        " \tBGP.as_path: ",
        " \tBGP.next_hop: 127.0.82.2",
        " \tBGP.local_pref: 100",
        " \tBGP.large_community: (64512, 1, 2)",
        "0000 ",
    ]


@pytest.mark.parametrize(
    ("words", "prefixes"),
    [
        ("for 10.244.2.7", ["10.244.2.7/32"]),
        ("for 10.244.2.8", ["10.244.2.0/26"]),
        ("10.244.2.0/26", ["10.244.2.0/26"]),
        ("protocol static1", ["10.244.1.0/26"]),
        ("protocol Mesh_127_0_82_2", ["10.244.2.0/26", "10.244.2.7/32"]),
        ("primary", ["10.244.1.0/26", "10.244.2.0/26", "10.244.2.7/32"]),
        ("export Mesh_127_0_82_2", ["10.244.1.0/26"]),
        ("export Global_127_0_82_3", []),
        ("export kernel1", ["10.244.1.0/26"]),
        ("export static1", []),
    ],
)
async def test_which_routes_are_shown(agent: LookedAt, words: str, prefixes: list[str]) -> None:
    """By longest match, exactly, by protocol, and what a peer or the kernel is given."""
    lines = await ask(agent.running, f"show route {words}")
    assert sorted(line.removeprefix("1007-").split()[0] for line in lines[:-1]) == prefixes
    assert lines[-1] == "0000 "


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("show route count", "0014 3 of 3 routes for 3 networks"),
        ("show route count protocol static1", "0014 1 of 3 routes for 3 networks"),
        ("show route for 192.0.2.1", "8001 Network not in table"),
        ("show route 10.244.2.0/27", "8001 Network not in table"),
        ("show route fd00::/64", "8001 Network not in table"),
        ("show route protocol nosuch", "9001 nosuch is not a protocol"),
        ("show route export nosuch", "9001 nosuch is not a protocol"),
        ("show route bogus", "9001 IP address expected"),
        ("show protocols nosuch", "9002 nosuch is not a protocol"),
        ('show protocols "No*"', "8003 No protocols match"),
        ("show protocols all Mesh_127_0_82_2 more", "9001 syntax error"),
        ("restrict", "0016 Access restricted"),
        ("configure", "8007 Access denied"),
        ("disable Mesh_127_0_82_2", "8007 Access denied"),
        ("bogus", "9001 syntax error"),
        ("", "9001 syntax error"),
        ("show", "9001 syntax error"),
        ('show protocols "', "9001 syntax error"),
        ("quit", "9001 syntax error"),
    ],
)
async def test_answers_of_one_line(agent: LookedAt, command: str, answer: str) -> None:
    """Counts and refusals, as BIRD 1.6.8 words them."""
    assert await ask(agent.running, command) == [answer]


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("show route where net.len = 26", "bgpkit-node explain"),
        ("show route all filter calico", "bgpkit-node explain"),
        ("show route filtered", "bgpkit-node explain"),
        ("show route noexport Mesh_127_0_82_2", "bgpkit-node explain"),
        ("show interfaces summary", "ip address"),
        ("show static", "show route protocol static1"),
        ("show symbols", "no configuration"),
        ("show bfd sessions", "bgpkit-node node status"),
    ],
)
async def test_what_bird_has_and_the_agent_has_not_is_said_to_be_so(
    agent: LookedAt, command: str, instead: str
) -> None:
    """Nobody is told that a correct command is wrong, and everybody what there is in its place."""
    (line,) = await ask(agent.running, command)
    assert re.match(r"9001 show .* is not offered by the agent: ", line)
    assert instead in line


async def test_show_status_and_memory(agent: LookedAt) -> None:
    """The last line says how the daemon is; an agent that ends says so."""
    lines = await ask(agent.running, "show status")
    assert lines[:2] == ["1000-BIRD 1.6.8", "1011-Router ID is 127.0.82.1"]
    assert f" Last reboot on {_date()} 00:00:00" in lines
    assert lines[-1] == "0013 Daemon is up and running"
    agent.running.stopping = True
    assert (await ask(agent.running, "show status"))[-1] == "0013 Shutdown in progress"
    memory = await ask(agent.running, "show memory")
    assert (memory[0], memory[-1]) == ("1018-BIRD memory usage", "0000 ")
    assert re.fullmatch(r" Total: +[1-9]\d+ kB", memory[1])


async def test_the_layout_of_bird_2(agent: LookedAt) -> None:
    """Wider columns, milliseconds, channels, a title for each table."""
    layout = Layout.BIRD_2
    lines = await ask(agent.running, "show protocols", layout)
    assert lines[0] == "2002-Name       Proto      Table      State  Since         Info"
    assert lines[1] == f"1002-static1    Static     master4    up     {_date()}    "
    assert re.fullmatch(r" Mesh_127_0_82_2 BGP        ---        up     00:00:00\.\d{3}  Established   ", lines[4])
    details = await ask(agent.running, "show protocols all Mesh_127_0_82_2", layout)
    channel = details.index("   Channel ipv4")
    assert details[channel + 1 : channel + 7] == [
        "     State:          UP",
        "     Table:          master4",
        "     Preference:     100",
        "     Input filter:   ACCEPT",
        "     Output filter:  ip-pools",
        "     Routes:         2 imported, 1 exported, 2 preferred",
    ]
    assert "     Local AS:         64512" in details
    down = await ask(agent.running, "show protocols all Global_127_0_82_3", layout)
    assert {"     State:          DOWN", "     Local AS:         64512"} <= set(down)
    routes = await ask(agent.running, "show route for 10.244.2.8", layout)
    assert routes[0] == "1007-Table master4:"
    assert re.fullmatch(r" 10\.244\.2\.0/26        unicast \[Mesh_\w+ 00:00:00\.\d+\] \* \(100\) \[i\]", routes[1])
    assert routes[2:] == [" \tvia 127.0.82.2", "0000 "]
    assert await ask(agent.running, "show route count", layout) == [
        "1007-3 of 3 routes for 3 networks in table master4",
        "0014 Total: 3 of 3 routes for 3 networks in 1 tables",
    ]
    assert await ask(agent.running, "show route for 192.0.2.1", layout) == ["8001 Network not found"]


async def test_an_agent_without_a_speaker_answers_too() -> None:
    """While it starts, and between two speakers."""
    running = RunningNode(name="a")
    assert " kernel1  Kernel   master   start" in (await ask(running, "show protocols"))[2]
    assert await ask(running, "show route") == ["8003 The agent is starting"]
    assert (await ask(running, "show status"))[-1] == "0013 Daemon is up and running"
    assert (await ask(running, "show protocols all"))[-1] == "0000 "


async def test_a_socket_of_ipv6_knows_no_ipv4_session(agent: LookedAt) -> None:
    """BIRD 1.6 is two daemons."""
    commands, framer = Commands(agent.running, versions=(6,)), Framer()
    answer = b"".join([framer.framed(line) async for line in commands.answer("show protocols")])
    assert b"Mesh" not in answer
    assert b"static1" in answer
