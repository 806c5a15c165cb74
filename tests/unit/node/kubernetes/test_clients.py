"""Which client is lent, and when one is closed: when it is not lent any more, and never before."""

import asyncio

import pytest

from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes import clients as module
from bgpkit_node.kubernetes.access import KubernetesAccess
from bgpkit_node.kubernetes.clients import Clients


class Client:
    """Counts how often it was closed."""

    closed = 0

    async def close(self) -> None:
        """Close it."""
        await asyncio.sleep(0)
        self.closed += 1


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    """Return the clients that are made, in order."""
    found: list[Client] = []

    async def make(_access: KubernetesAccess) -> Client:
        await asyncio.sleep(0)
        found.append(Client())
        return found[-1]

    monkeypatch.setattr(module, "_client", make)
    return found


async def test_a_client_that_is_refused_is_closed_when_its_last_call_has_ended(made: list[Client]) -> None:
    """Others get the new one at once; at the end nothing stays open."""
    async with Clients.opened(KubernetesAccess("k")) as clients:
        async with clients.lent() as first:
            async with clients.lent() as same:
                assert same is first
                await clients.renew(same)
                async with clients.lent() as second:
                    assert [id(second)] == [id(each) for each in made[1:]]
            assert made[0].closed == 0
        assert [each.closed for each in made] == [1, 0]
    assert [each.closed for each in made] == [1, 1]


async def test_calls_that_are_refused_together_make_one_client(made: list[Client]) -> None:
    """Each of them had the same."""
    async with Clients.opened(KubernetesAccess("k")) as clients:
        async with clients.lent() as refused:
            pass
        await asyncio.gather(*(clients.renew(refused) for _ in range(5)))
        assert [each.closed for each in made] == [1, 0]


async def test_the_client_stays_when_no_other_can_be_made(made: list[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """What it shows may be taken again."""

    async def fails(_access: KubernetesAccess) -> Client:
        raise KubernetesError("no token")

    async with Clients.opened(KubernetesAccess("k")) as clients:
        monkeypatch.setattr(module, "_client", fails)
        async with clients.lent() as refused:
            with pytest.raises(KubernetesError, match="no token"):
                await clients.renew(refused)
        async with clients.lent() as same:
            assert (same is refused, made[0].closed) == (True, 0)
