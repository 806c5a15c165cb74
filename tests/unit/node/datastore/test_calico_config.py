"""Calico's words for where etcd is: file and environment. walkthrough 13; calico.md, section 1, row 15."""

import re
from pathlib import Path

import pytest

from bgpkit_node.datastore.calico_config import read_config, read_environment
from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError
from tests.support.sources import PROJECT

_FILE = """\
apiVersion: projectcalico.org/v3
kind: CalicoAPIConfig
metadata:
spec:
  datastoreType: "etcdv3"
  etcdEndpoints: "https://10.4.7.12:2379,https://10.4.7.21:2379, https://[fd00::1]:2379/"
  etcdKeyFile: /opt/etcd/certs/client-key.pem
  etcdCertFile: /opt/etcd/certs/client.pem
  etcdCACertFile: /opt/etcd/certs/ca.pem
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "calicoctl.cfg"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_of_the_walkthrough_is_read(tmp_path: Path) -> None:
    """An empty ``metadata:`` is accepted, spaces and a last slash in the list do no harm."""
    path = _file(tmp_path, _FILE)
    assert read_config(path) == EtcdSettings(
        endpoints=("https://10.4.7.12:2379", "https://10.4.7.21:2379", "https://[fd00::1]:2379"),
        authority=Pem(f"{path}: spec.etcdCACertFile: /opt/etcd/certs/ca.pem", path=Path("/opt/etcd/certs/ca.pem")),
        certificate=Pem(
            f"{path}: spec.etcdCertFile: /opt/etcd/certs/client.pem", path=Path("/opt/etcd/certs/client.pem")
        ),
        key=Pem(
            f"{path}: spec.etcdKeyFile: /opt/etcd/certs/client-key.pem", path=Path("/opt/etcd/certs/client-key.pem")
        ),
    )


def test_keys_and_certificates_may_stand_in_the_file_itself(tmp_path: Path) -> None:
    """As the Kubernetes manifests of some installations have it; user and password too."""
    spec = "{etcdEndpoints: 'http://a:2379', etcdKey: K, etcdCert: C, etcdCACert: A, etcdUsername: u, etcdPassword: 1}"
    path = _file(tmp_path, f"apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec: {spec}\n")
    settings = read_config(path)
    assert (settings.key, settings.certificate, settings.authority) == (
        Pem(f"{path}: spec.etcdKey", text="K"),
        Pem(f"{path}: spec.etcdCert", text="C"),
        Pem(f"{path}: spec.etcdCACert", text="A"),
    )
    assert (settings.username, settings.password) == ("u", "1")
    assert "K" not in repr(settings.key).replace("Key", "")
    assert "password" not in repr(settings)


@pytest.mark.parametrize("word", ["0123", "yes", "2024-13-45", "2024-12-31", "1e3", "0x10", "1_000", "~x", "12:30:45"])
def test_values_are_taken_as_they_are_written(tmp_path: Path, word: str) -> None:
    """A password that looks like something else to YAML is what its user typed."""
    path = _file(tmp_path, f"{_FILE}  etcdUsername: {word}\n  etcdPassword: {word}\n")
    assert (read_config(path).username, read_config(path).password) == (word, word)


def test_fields_for_kubernetes_do_no_harm_beside_etcd(tmp_path: Path) -> None:
    """They are Calico's and known, though nothing is read from them."""
    path = _file(tmp_path, f"{_FILE}  kubeconfig: /root/.kube/config\n  k8sAPIToken:\n")
    assert len(read_config(path).endpoints) == 3


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("etcdKeyFile", "etcdKeyfile", ": line 7: spec.etcdKeyfile: unknown field"),
        ("metadata:", "metadat:", "line 3: metadat: unknown field"),
        ("CalicoAPIConfig", "IPPool", "line 2: kind is 'IPPool', where 'CalicoAPIConfig' is wanted"),
        ("v3", "v1", "line 1: apiVersion is 'projectcalico.org/v1', where 'projectcalico.org/v3' is wanted"),
        ("kind: CalicoAPIConfig", "", "kind is '', where 'CalicoAPIConfig' is wanted"),
        ('"etcdv3"', "kubernetes", "spec.datastoreType is 'kubernetes': only etcdv3"),
        ("https://10.4.7.12:2379", "10.4.7.12:2379", "spec.etcdEndpoints: '10.4.7.12:2379' is not a URL of etcd"),
        ("https://10.4.7.12:2379", "https://10.4.7.12", "'https://10.4.7.12' is not a URL of etcd"),
        ("  etcdEndpoints:", "  etcdUsername:", "spec.etcdEndpoints names no endpoint of etcd"),
        ("  etcdKeyFile:", "  etcdDiscoverySrv:", "spec.etcdDiscoverySrv is not supported"),
        ("  etcdKeyFile:", "  etcdPassword:", "etcdCertFile is set but .*etcdKeyFile is not"),
        ("  etcdCertFile:", "  etcdPassword:", "etcdKeyFile is set but .*etcdCertFile is not"),
        ("metadata:\n", "metadata: [\n", "line [56]: not YAML: "),
        ("https://10.4.7.12:2379", "https://10.4.7.12:99999", "'https://10.4.7.12:99999' is not a URL of etcd"),
        ("https://10.4.7.12:2379", "https://10.4.7.12:0", "'https://10.4.7.12:0' is not a URL of etcd"),
        ("spec:\n", "spec:\n  etcdKeyFile: a\n", "line 8: etcdKeyFile is given twice, first in line 5"),
        ("  etcdKeyFile: ", "  etcdPassword: 1\n---\n  a: ", "line 9: a second document begins"),
        (_FILE, "", "is empty, where a CalicoAPIConfig of projectcalico.org/v3 is wanted"),
        (_FILE, "[" * 2000, "values lie more than 64 deep in each other"),
        (_FILE, "- a", "line 1: the document is not a mapping of fields"),
        ("spec:\n", "spec: {etcdEndpoints: [a, b]}\nmetadata:\n", "is given twice"),
        (
            'etcdEndpoints: "',
            'etcdEndpoints: ["http://a:1"]\n  etcdUsername: "',
            "line 6: spec.etcdEndpoints: takes one",
        ),
        ("  etcdKeyFile:", "  etcdCACert: x\n  etcdKeyFile:", "etcdCACertFile and .*etcdCACert are both set"),
    ],
)
def test_each_mistake_in_the_file_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """It names the file and the field."""
    path = _file(tmp_path, _FILE.replace(old, new, 1))
    with pytest.raises(DatastoreError, match=sentence) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or not text."""
    with pytest.raises(DatastoreError, match=r"missing: cannot be read: No such file"):
        read_config(tmp_path / "missing")
    path = tmp_path / "octets"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DatastoreError, match="octets: is not text in UTF-8"):
        read_config(path)


def test_the_environment_says_the_same_in_capitals() -> None:
    """Variables that are empty count as not set, as Kubernetes sets them from empty ConfigMaps."""
    settings = read_environment(
        {
            "ETCD_ENDPOINTS": "https://a:2379",
            "ETCD_KEY_FILE": "/k",
            "ETCD_CERT_FILE": "/c",
            "ETCD_CA_CERT_FILE": "/ca",
            "ETCD_USERNAME": "u",
            "ETCD_PASSWORD": "p",
            "DATASTORE_TYPE": "etcdv3",
            "ETCD_DISCOVERY_SRV": "",
            "HOME": "/root",
        }
    )
    assert settings == EtcdSettings(
        endpoints=("https://a:2379",),
        authority=Pem("ETCD_CA_CERT_FILE: /ca", path=Path("/ca")),
        certificate=Pem("ETCD_CERT_FILE: /c", path=Path("/c")),
        key=Pem("ETCD_KEY_FILE: /k", path=Path("/k")),
        username="u",
        password="".join("p"),
    )
    assert read_environment({"ETCD_ENDPOINTS": "", "DATASTORE_TYPE": "", "HOME": "/root"}) is None


def test_a_mistake_in_the_environment_names_the_variable() -> None:
    """Not the field of a file that nobody wrote."""
    with pytest.raises(DatastoreError, match=r"^DATASTORE_TYPE is 'kubernetes'"):
        read_environment({"ETCD_ENDPOINTS": "http://a:1", "DATASTORE_TYPE": "kubernetes"})
    with pytest.raises(DatastoreError, match=r"^DATASTORE_TYPE is 'kubernetes'"):
        read_environment({"DATASTORE_TYPE": "kubernetes", "ETCD_ENDPOINTS": ""})
    for name in ("ETCD_CA_CERT_FILE", "ETCD_USERNAME", "DATASTORE_TYPE"):
        with pytest.raises(DatastoreError, match=rf"^{name} is set and ETCD_ENDPOINTS is not: list the endpoints"):
            read_environment({name: "etcdv3", "ETCD_ENDPOINTS": ""})
    with pytest.raises(DatastoreError, match=r"^ETCD_CERT_FILE is set but ETCD_KEY_FILE is not"):
        read_environment({"ETCD_ENDPOINTS": "http://a:1", "ETCD_CERT_FILE": "/c"})
    with pytest.raises(DatastoreError, match=r"^ETCD_DISCOVERY_SRV is not supported: list the endpoints in ETCD_ENDP"):
        read_environment({"ETCD_DISCOVERY_SRV": "example.com"})


def test_the_file_that_the_readme_shows_is_read(tmp_path: Path) -> None:
    """A user copies it. So are the variables beside it, which say the same."""
    readme = (PROJECT / "examples/node_agent/README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(
        r"```yaml\n(apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\n.*?)```", readme, re.DOTALL
    )
    config = tmp_path / "calicoctl.cfg"
    config.write_text(shown, encoding="utf-8")
    variables = dict(re.findall(r"\b(ETCD_\w+)=(\S+)", readme))
    told, exported = read_config(config), read_environment(variables)
    assert exported is not None
    assert told.endpoints == exported.endpoints
    for one, other in ((told.authority, exported.authority), (told.key, exported.key)):
        assert one is not None
        assert other is not None
        assert one.path == other.path
