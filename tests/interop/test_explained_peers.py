"""Why a session with BIRD is not Established: each mistake made on purpose, and the sentence that names it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import pytest

from bgpkit import Speaker, State
from bgpkit.speaker import Obstacle, PeerExplanation
from bgpkit.transport import Secret, TransportOptions
from bgpkit_fsm import BgpRole
from tests.integration.transport_lab import ASN, THEIR_ASN, peer, speaking
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.skips import require_kernel

pytestmark = pytest.mark.netns
StartBird = Callable[[Namespace, str], Bird]
PATIENCE: Final = 20.0
HEAD: Final = """
log stderr all;
router id 10.9.0.254;
protocol device {}
"""
IDENTIFIER: Final = "10.9.0.253"
PASSIVE: Final = "passive on;"
SIGNED: Final = TransportOptions(md5_key=Secret("correct horse"))


class Mistake:
    """A session that cannot come up: what BIRD is told, what we are told, and what the sentence has to say."""

    def __init__(
        self,
        obstacle: Obstacle,
        words: str,
        ours: dict[str, Any],
        *,
        options: str = "",
        family: str = "ipv4",
        **asns: int,
    ) -> None:
        """Describe it; ``asns`` are BIRD's AS number and the one that it has for us."""
        self.obstacle = obstacle
        self.words = words
        self.ours = ours
        self._options = options
        self._family = family
        self._asns = {"asn": THEIR_ASN, "peer_asn": ASN} | asns

    def protocol(self, number: int) -> str:
        """Return a BGP protocol of BIRD's configuration."""
        return f"""
protocol bgp p{number} {{
  local 10.9.0.{100 + number} as {self._asns["asn"]}; neighbor 10.9.0.{number} as {self._asns["peer_asn"]};
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  {self._options}
  {self._family} {{ import all; export all; }};
}}
"""


MISTAKES: Final = (
    Mistake(
        Obstacle.WRONG_AS, "the peer says that it is AS 64999, but AS 64513 is configured for it here", {}, asn=64999
    ),
    Mistake(Obstacle.WRONG_AS, "the peer refuses our AS number 64512", {}, peer_asn=64998),
    Mistake(
        Obstacle.IDENTIFIER_CLASH,
        f"the peer has our own BGP Identifier, {IDENTIFIER}, in our own AS",
        {"asn": ASN},
        options=f"router id {IDENTIFIER};",
        asn=ASN,
    ),
    Mistake(
        Obstacle.NO_COMMON_FAMILY,
        "we offer ipv4-unicast, the peer ipv6-unicast",
        {},
        options=PASSIVE,
        family="ipv6",
    ),
    Mistake(
        Obstacle.ROLE_MISMATCH,
        "the peer says that it is customer, and we say that we are customer",
        {"role": BgpRole.CUSTOMER},
        options="local role customer;",
    ),
    Mistake(
        Obstacle.KEY_MISMATCH,
        "signed with another key",
        {"passive": True, "transport": SIGNED},
        options='password "battery staple";',
    ),
    Mistake(
        Obstacle.KEY_MISMATCH,
        "the peer has a TCP key and we have none for it, it seems",
        {"passive": True},
        options='password "correct horse";',
    ),
    Mistake(
        Obstacle.TTL_SECURITY,
        "the peer is further away than ttl_security 1 allows, it seems: this machine has dropped",
        {"transport": TransportOptions(ttl_security=1)},
        options=PASSIVE,
    ),
    Mistake(Obstacle.CONNECTION_CLOSED, "closes it without a word", {"local_address": "10.9.0.99"}, options=PASSIVE),
)


async def explained(speaker: Speaker, address: str, obstacle: Obstacle) -> PeerExplanation:
    """Wait until a peer is explained by ``obstacle``; else return the last explanation."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while (found := speaker.explain_peer(address)).obstacle is not obstacle:
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.05)
    return found


async def test_each_mistake_has_its_sentence(namespaces: Namespaces, start_bird: StartBird) -> None:
    """AS numbers, identifier, families, roles, keys, an address that BIRD does not know: all at once with one BIRD."""
    require_kernel("tcp_md5")
    ours, theirs = namespaces.node("ours"), namespaces.node("theirs")
    numbers = range(1, len(MISTAKES) + 1)
    own = [f"10.9.0.{number}/24" for number in (*numbers, 99)]
    connect(ours, theirs, addresses=(own, [f"10.9.0.{100 + number}/24" for number in numbers]))
    protocols = [mistake.protocol(number) for number, mistake in zip(numbers, MISTAKES, strict=True)]
    start_bird(theirs, HEAD + "".join(protocols))
    async with speaking(ours, IDENTIFIER) as speaker:
        for number, mistake in zip(numbers, MISTAKES, strict=True):
            fields = {"local_address": f"10.9.0.{number}"} | mistake.ours
            await speaker.add_peer(peer(f"10.9.0.{100 + number}", **fields))
        found: dict[int, PeerExplanation] = {}
        for number, mistake in zip(numbers, MISTAKES, strict=True):
            found[number] = await explained(speaker, f"10.9.0.{100 + number}", mistake.obstacle)
    for each in found.values():
        print(f"{each}\n")
    wrong = {
        number: str(found[number])
        for number, mistake in zip(numbers, MISTAKES, strict=True)
        if found[number].obstacle is not mistake.obstacle or mistake.words not in found[number].sentence
    }
    assert wrong == {}


async def test_a_key_that_only_the_other_side_finds_wrong(namespaces: Namespaces, start_bird: StartBird) -> None:
    """What we send is dropped and counted at the other end: to us nobody answers, and the sentence says what may be."""
    require_kernel("tcp_md5")
    ours, theirs = namespaces.node("ours"), namespaces.node("theirs")
    connect(ours, theirs, addresses=(["10.9.0.1/24"], ["10.9.0.101/24"]))
    options = f'password "battery staple"; {PASSIVE}'
    start_bird(theirs, HEAD + Mistake(Obstacle.NO_ANSWER, "", {}, options=options).protocol(1))
    async with speaking(ours, IDENTIFIER) as speaker:
        await speaker.add_peer(peer("10.9.0.101", local_address="10.9.0.1", transport=SIGNED))
        found = await explained(speaker, "10.9.0.101", Obstacle.NO_ANSWER)
    assert "does not answer; a peer with another key, or without one, does not either" in found.sentence
    assert found.advice.startswith("Compare the keys of both sides.")


async def test_what_ends_a_session_is_explained(namespaces: Namespaces, start_bird: StartBird) -> None:
    """BIRD's operator with words, BIRD's bound on routes, and BIRD gone without a word."""
    ours, theirs = namespaces.node("ours"), namespaces.node("theirs")
    connect(ours, theirs, addresses=(["10.9.0.1/24", "10.9.0.2/24"], ["10.9.0.101/24", "10.9.0.102/24"]))
    plain = Mistake(Obstacle.SHUT_DOWN, "", {})
    limited = plain.protocol(2).replace("import all;", "import all; import limit 1 action disable;")
    bird = start_bird(theirs, HEAD + plain.protocol(1) + limited)
    async with speaking(ours, IDENTIFIER) as speaker:
        for number in (1, 2):
            await speaker.add_peer(peer(f"10.9.0.{100 + number}", local_address=f"10.9.0.{number}"))
        up = await explained(speaker, "10.9.0.101", Obstacle.NONE)
        assert up.state is State.ESTABLISHED
        assert "with AS 64513 since" in up.sentence
        bird.command("disable", "p1", '"gone for lunch"')
        down = await explained(speaker, "10.9.0.101", Obstacle.SHUT_DOWN)
        assert "the peer's operator has shut the session down" in down.sentence
        assert "gone for lunch" in down.sentence
        await explained(speaker, "10.9.0.102", Obstacle.NONE)
        await speaker.announce("10.77.1.0/24", "10.77.2.0/24")
        limit = await explained(speaker, "10.9.0.102", Obstacle.TOO_MANY_ROUTES)
        assert "the peer got more routes from us than it allows" in limit.sentence
        bird.kill()
        gone = await explained(speaker, "10.9.0.101", Obstacle.CONNECTION_REFUSED)
        assert "port 179 of 10.9.0.101 refuses the connection: nothing listens there" in gone.sentence
