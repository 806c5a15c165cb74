"""Reading Kubernetes' API over TLS: pages, watches, what is shown to it, and what it refuses."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes import ApiEvent, KubernetesApi
from bgpkit_node.kubernetes.access import KubernetesAccess
from bgpkit_node.kubernetes.kinds import ADMIN_NETWORK_POLICIES, NAMESPACES
from tests.integration.controllers_process import Kubernetes

pytestmark = pytest.mark.xdist_group("controllers")


@pytest.fixture(scope="module")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Generator[Kubernetes]:
    """Give an API with some namespaces."""
    kubernetes = Kubernetes(tmp_path_factory.mktemp("kubernetes"))
    documents = [f"{{apiVersion: v1, kind: Namespace, metadata: {{name: n{number}}}}}" for number in range(4)]
    kubernetes.kubectl.apply("\n---\n".join(documents))
    yield kubernetes
    kubernetes.server.close()


@pytest.fixture
async def api(kubernetes: Kubernetes, tmp_path: Path) -> AsyncGenerator[KubernetesApi]:
    """Give a reader of it."""
    async with KubernetesApi.opened(KubernetesAccess(str(kubernetes.server.kubeconfig(tmp_path)))) as opened:
        yield opened


async def _listed(api: KubernetesApi) -> tuple[list[str], str]:
    names, last = list[str](), ""
    async with aclosing(api.pages(NAMESPACES)) as pages:
        async for objects, version in pages:
            names += [each["metadata"]["name"] for each in objects]
            last = version
    return names, last


async def test_a_list_in_pages_is_whole_and_a_watch_goes_on_from_it(kubernetes: Kubernetes, api: KubernetesApi) -> None:
    """The watch tells what kubectl does, with the resourceVersion of each change, and where it is in between."""
    kubernetes.server.page = 2
    names, version = await _listed(api)
    assert names == ["default", "n0", "n1", "n2", "n3"]
    kubernetes.kubectl.run("label", "namespace", "n0", "project=x")
    kubernetes.kubectl.run("delete", "namespace", "n3", "--wait=false")
    told: list[ApiEvent] = []
    async with aclosing(api.watch(NAMESPACES, version)) as events:
        async for event in events:
            told.append(event)
            if event.bookmark:
                break
    assert [(each.object["metadata"].get("name"), each.gone, each.bookmark) for each in told] == [
        ("n0", False, False),
        ("n3", True, False),
        (None, False, True),
    ]
    assert told[0].object["metadata"]["labels"]["project"] == "x"
    assert int(version) < int(told[0].version) < int(told[1].version) <= int(told[2].version)


async def test_a_token_that_was_renewed_is_read_again(kubernetes: Kubernetes, tmp_path: Path) -> None:
    """One that is refused still after that is an error with the API's own word."""
    path = kubernetes.server.kubeconfig(tmp_path, shown="an-old-one")
    async with KubernetesApi.opened(KubernetesAccess(str(path))) as api:
        with pytest.raises(KubernetesError, match=r"refuses to list namespaces \(401\): Unauthorized"):
            await _listed(api)
        kubernetes.server.kubeconfig(tmp_path)
        assert "default" in (await _listed(api))[0]


async def test_calls_that_are_refused_together_are_errors_and_a_watch_goes_on(
    kubernetes: Kubernetes, api: KubernetesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each shows once more what there is to be shown, on connections that are made at that moment."""
    _, version = await _listed(api)
    async with aclosing(api.watch(NAMESPACES, version)) as events:
        await anext(events)
        with monkeypatch.context() as until_renewed:
            until_renewed.setattr(kubernetes.server, "token", "another")
            found = await asyncio.gather(*(_listed(api) for _ in range(20)), return_exceptions=True)
        assert {(type(each), getattr(each, "status", 0)) for each in found} == {(KubernetesError, 401)}
        kubernetes.kubectl.run("label", "namespace", "n2", "project=x")
        assert [each async for each in _until(events, "n2")]
    assert "default" in (await _listed(api))[0]


async def _until(events: AsyncGenerator[ApiEvent], name: str) -> AsyncGenerator[ApiEvent]:
    async for event in events:
        yield event
        if event.object["metadata"].get("name") == name:
            return


async def test_changes_that_are_not_kept_and_kinds_that_are_not_there_are_told_apart(
    kubernetes: Kubernetes, api: KubernetesApi
) -> None:
    """By the status of HTTP; the sentence is the API's."""
    kubernetes.server.forget_changes()
    kubernetes.kubectl.run("label", "namespace", "n1", "project=x")
    with pytest.raises(KubernetesError, match=r"watch namespaces \(410\): too old resource version: 3") as expired:
        await anext(api.watch(NAMESPACES, "3"))
    assert expired.value.status == 410
    with pytest.raises(KubernetesError) as absent:
        await anext(api.pages(ADMIN_NETWORK_POLICIES))
    assert absent.value.status == 404


async def test_an_api_that_is_away_is_a_sentence_and_one_that_is_back_answers(
    kubernetes: Kubernetes, api: KubernetesApi
) -> None:
    """Also for a watch that goes on while it dies."""
    _, version = await _listed(api)
    async with aclosing(api.watch(NAMESPACES, version)) as events:
        await anext(events)
        kubernetes.server.kill()
        with suppress(KubernetesError):
            async for event in events:
                assert event.bookmark
    with pytest.raises(KubernetesError, match=r"cannot be reached .list namespaces.: ") as away:
        await _listed(api)
    assert away.value.status == 0
    kubernetes.server.start()
    assert "default" in (await _listed(api))[0]
