"""``install --print`` asks etcd before it prints: what is wrong with an endpoint is said, a dead one is a warning."""

import base64
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from bgpkit_node.datastore.calico_config import read_environment
from bgpkit_node.datastore.opening import opened_datastore
from tests.support.commands import asked
from tests.support.etcd_cluster import HOST, EtcdCluster

pytestmark = [pytest.mark.xdist_group("etcd"), pytest.mark.timeout(90)]

_DEAD = f"https://{HOST}:1"


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdCluster]:
    """Give an etcd that talks TLS and wants certificates."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"), tls=True)
    yield cluster
    cluster.stop()


async def test_endpoints_are_asked_before_anything_is_printed(etcd: EtcdCluster, tmp_path: Path) -> None:
    """One of three dead is a warning; http:// to a TLS port, and all dead, are refused. walkthrough 2."""
    assert etcd.authority
    assert etcd.client
    files = (
        *("--etcd-ca", etcd.authority.certificate),
        *("--etcd-cert", etcd.client.certificate, "--etcd-key", etcd.client.key),
    )
    [url] = etcd.endpoints
    good = asked("install", "--print", "--etcd-endpoints", f"{url},{_DEAD}", *files)
    assert (good.status, good.err) == (0, f"warning: etcd's endpoint {_DEAD} refuses connections\n")
    refused = asked("install", "--print", "--etcd-endpoints", url.replace("https", "http"))
    refused.assert_refused("speaks TLS: write https:// instead of http://")
    dead = asked("install", "--print", "--etcd-endpoints", _DEAD, *files)
    dead.assert_refused(f"etcd cannot be reached: {_DEAD} refuses connections (--offline: do not ask)")

    manifest = tmp_path / "bgpkit.yaml"
    manifest.write_text(good.out)
    checked = asked("install", "--check", manifest)
    assert (checked.status, checked.err) == (0, good.err)

    documents = {each["kind"]: each for each in yaml.safe_load_all(good.out)}
    await _an_agent_could_use(documents["ConfigMap"]["data"], documents["Secret"]["data"], tmp_path)


async def _an_agent_could_use(config: dict[str, str], secret: dict[str, str], folder: Path) -> None:
    """Open etcd with what an agent's pod would have: files of the Secret where the ConfigMap says they are."""
    for name, text in secret.items():
        (folder / name).write_bytes(base64.b64decode(text))
    environment = {
        "ETCD_ENDPOINTS": config["etcd_endpoints"],
        "ETCD_CA_CERT_FILE": config["etcd_ca"].replace("/calico-secrets", str(folder)),
        "ETCD_CERT_FILE": config["etcd_cert"].replace("/calico-secrets", str(folder)),
        "ETCD_KEY_FILE": config["etcd_key"].replace("/calico-secrets", str(folder)),
    }
    settings = read_environment(environment)
    assert settings is not None
    async with opened_datastore(settings, create=True, warn=lambda _: None) as store:
        revision, _ = await store.list("/calico/")
        assert revision > 0
