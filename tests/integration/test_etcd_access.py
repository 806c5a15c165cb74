"""Being let in to etcd: certificates, names, passwords, tokens; and one clear sentence for whoever is not."""

import dataclasses
from collections.abc import Generator
from pathlib import Path

import pytest

from bgpkit_node.datastore import Put
from bgpkit_node.datastore.etcd import EtcdDatastore
from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError, UnreachableError
from tests.support.certificates import Authority
from tests.support.commands import bgpkit_node
from tests.support.etcd_cluster import HOST, EtcdCluster
from tests.support.processes import wait_until

pytestmark = [pytest.mark.xdist_group("etcd"), pytest.mark.timeout(90)]

_DEAD = f"https://{HOST}:1"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdCluster]:
    """Give an etcd that talks TLS, wants certificates and knows users: root and calico, both with the password pw."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"), tls=True)
    cluster.ask("user", "add", "root:pw")
    cluster.ask("user", "grant-role", "root", "root")
    cluster.ask("role", "add", "agents")
    cluster.ask("role", "grant-permission", "agents", "readwrite", "--prefix=true", "/calico/")
    cluster.ask("user", "add", "calico:pw")
    cluster.ask("user", "grant-role", "calico", "agents")
    cluster.ask("auth", "enable")
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdCluster]:
    """Give an etcd that talks TLS and wants certificates, but knows no users."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"), tls=True)
    yield cluster
    cluster.stop()


async def _refusal(settings: EtcdSettings, *, may_pass: bool = False) -> str:
    """Return the sentence of a store that cannot be opened, at present or until someone mends what is wrong."""
    with pytest.raises(DatastoreError) as caught:
        async with opened_datastore(settings, warn=pytest.fail):
            pytest.fail("it was opened")
    assert isinstance(caught.value, UnreachableError) is may_pass
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Error" not in sentence
    return sentence


async def test_the_name_in_a_certificate_is_a_user(guarded: EtcdCluster) -> None:
    """Role and all: /calico/ may be written, anything else may not."""
    assert guarded.authority
    settings = guarded.settings(client=guarded.authority.sign("calico"))
    async with await EtcdDatastore.open(settings, warn=pytest.fail) as store:
        at = await store.transact([Put("/calico/a", b"1")])
        assert await store.transact([Put("/calico/a", b"2", at)]) == at + 1
        with pytest.raises(DatastoreError, match="does not permit that to this user"):
            await store.create("/elsewhere", b"")
        with pytest.raises(DatastoreError, match="does not permit that to this user"):
            await anext(store.watch("/elsewhere", 1))


async def test_a_password_lets_in_and_a_lost_token_is_replaced(guarded: EtcdCluster) -> None:
    """Tokens do not outlive the etcd that gave them: calls and watches go on all the same."""
    assert guarded.authority
    nameless = guarded.authority.sign("nameless", "/O=bgpkit", usage="clientAuth")
    settings = guarded.settings(client=nameless, user="calico:pw")
    async with await EtcdDatastore.open(settings, warn=pytest.fail) as store:
        await store.transact([Put("/calico/a", b"1")])
        guarded.members[0].kill()
        guarded.members[0].start()
        assert await store.get("/calico/a")
        at = await store.transact([Put("/calico/a", b"2")])
        guarded.members[0].kill()
        guarded.members[0].start()
        wait_until(lambda: "calico" in guarded.ask("user", "list", user="root:pw", check=False), "etcd is back")
        (event,) = await anext(store.watch("/calico/a", at - 1))
        assert event.revision == at


async def test_strangers_are_told_what_is_missing(guarded: EtcdCluster) -> None:
    """A wrong password, no user at all, a name in the certificate that is no user."""
    assert guarded.authority
    nameless = guarded.authority.sign("nameless", "/O=bgpkit", usage="clientAuth")
    wrong = guarded.settings(client=nameless, user="calico:guessed")
    assert "refuses the user name or the password: check ETCD_USERNAME" in await _refusal(wrong)
    assert "(ETCD_USERNAME, or the CN of the certificate)" in await _refusal(guarded.settings(client=nameless))
    unknown = guarded.settings(client=guarded.authority.sign("unknown"))
    assert "does not permit that to this user" in await _refusal(unknown)


async def test_a_password_that_nobody_asks_for_does_no_harm(open_to_all: EtcdCluster) -> None:
    """An etcd without users lets in whoever it would let in without a name."""
    settings = open_to_all.settings(user="calico:pw")
    async with opened_datastore(settings, warn=pytest.fail) as store:
        assert await store.transact([Put("/calico/a", b"1")])


async def test_each_mistake_with_certificates_has_its_sentence(open_to_all: EtcdCluster, tmp_path: Path) -> None:
    """Wrong authority, a stranger's certificate, none, the wrong key."""
    good = open_to_all.settings()
    other = Authority(tmp_path, "other")
    stranger = other.sign("stranger")
    strange = Pem("ETCD_CERT_FILE stranger.crt", stranger.certificate)
    assert "not signed by the given authority, ETCD_CA_CERT_FILE" in await _refusal(
        dataclasses.replace(good, authority=Pem("ca", other.certificate))
    )
    assert "not signed by an authority this machine trusts: set ETCD_CA_CERT_FILE to that of etcd's" in await _refusal(
        dataclasses.replace(good, authority=None)
    )
    assert "refuses the client certificate: it is not signed by" in await _refusal(
        dataclasses.replace(good, certificate=strange, key=Pem("key", stranger.key))
    )
    assert "wants a client certificate: set ETCD_CERT_FILE" in await _refusal(
        dataclasses.replace(good, certificate=None, key=None)
    )
    assert "key is not the key of the certificate ETCD_CERT_FILE stranger.crt" in await _refusal(
        dataclasses.replace(good, certificate=strange)
    )


async def test_each_mistake_with_endpoints_has_its_sentence(open_to_all: EtcdCluster, tmp_path: Path) -> None:
    """Plain text to TLS, TLS to plain text, nobody there, no such name."""
    good = open_to_all.settings()
    (url,) = good.endpoints
    plain = dataclasses.replace(good, endpoints=(url.replace("https", "http"),))
    assert "speaks TLS: write https:// instead of http://" in await _refusal(plain)
    nobody = dataclasses.replace(good, endpoints=(_DEAD, "https://no.such.name.invalid:2379"))
    assert await _refusal(nobody, may_pass=True) == (
        f"etcd cannot be reached: {_DEAD} refuses connections; "
        "https://no.such.name.invalid:2379 has a name that cannot be resolved"
    )
    bare = EtcdCluster(tmp_path)
    try:
        encrypted = EtcdSettings(endpoints=(bare.endpoints[0].replace("http", "https"),))
        assert "does not speak TLS: write http:// instead of https://" in await _refusal(encrypted)
    finally:
        bare.stop()


async def test_a_transaction_that_is_too_large_writes_nothing(open_to_all: EtcdCluster) -> None:
    """One sentence names etcd's option; as many as it says can be written at once."""
    many = [Put(f"/calico/many/{number:03}", b"") for number in range(128)]
    async with opened_datastore(open_to_all.settings(), warn=pytest.fail) as store:
        with pytest.raises(DatastoreError, match=r"nothing was written: .* 127 .* larger --max-txn-ops than 128"):
            await store.transact(many)
        with pytest.raises(DatastoreError, match=r"nothing was written: .* 127 .* larger --max-txn-ops than 128"):
            await store.rehearse(many)
        await store.rehearse(many[:127])
        assert open_to_all.ask("get", "--prefix", "/calico/many/", "--keys-only").split() == []
        await store.transact(many[:127])
    assert len(open_to_all.ask("get", "--prefix", "/calico/many/", "--keys-only").split()) == 127


async def test_a_dead_endpoint_among_others_is_a_warning(open_to_all: EtcdCluster) -> None:
    """It is named once, and the store works."""
    good = open_to_all.settings()
    warnings: list[str] = []
    settings = dataclasses.replace(good, endpoints=(_DEAD, *good.endpoints))
    async with opened_datastore(settings, warn=warnings.append) as store:
        assert await store.transact([Put("/calico/b", b"1")])
    assert warnings == [f"etcd's endpoint {_DEAD} refuses connections"]


def test_a_command_finds_etcd_by_its_environment_and_by_a_file(open_to_all: EtcdCluster, tmp_path: Path) -> None:
    """What is applied with variables is got with a file; a dead endpoint and a mistake are one line each."""
    assert open_to_all.authority
    assert open_to_all.client
    fields = {
        "etcdEndpoints": f"{_DEAD},{open_to_all.endpoints[0]}",
        "etcdCACertFile": str(open_to_all.authority.certificate),
        "etcdCertFile": str(open_to_all.client.certificate),
        "etcdKeyFile": str(open_to_all.client.key),
    }
    variables = dict(zip(("ENDPOINTS", "CA_CERT_FILE", "CERT_FILE", "KEY_FILE"), fields.values(), strict=True))
    environment = {f"ETCD_{name}": value for name, value in variables.items()}
    pool = "{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: p}, spec: {cidr: 10.244.0.0/16}}"
    answer = bgpkit_node("apply", "-f", "-", given=pool, environment=environment)
    assert (answer.status, answer.out) == (0, "Successfully applied 1 'IPPool' resource(s)\n"), answer
    assert answer.err == f"warning: etcd's endpoint {_DEAD} refuses connections\n"
    stored = open_to_all.ask("get", "--print-value-only", "/calico/resources/v3/projectcalico.org/ippools/p")
    assert stored.startswith('{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"p",')
    config = tmp_path / "calicoctl.cfg"
    spec = "".join(f"  {name}: {value}\n" for name, value in fields.items())
    config.write_text(f"apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n{spec}")
    answer = bgpkit_node("get", "ippool", "--config", config)
    assert answer.status == 0
    assert "10.244.0.0/16" in answer.out
    answer = bgpkit_node("get", "ippool", environment={**environment, "ETCD_KEY_FILE": "/calico-secrets/etcd-key"})
    answer.assert_refused("ETCD_KEY_FILE: /calico-secrets/etcd-key does not exist (nor its directory: / is the last")
