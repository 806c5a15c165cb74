"""Where etcd is, in Calico's words: the file ``calicoctl.cfg`` (kind CalicoAPIConfig) and environment variables."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError
from bgpkit_node.resources.yaml_lines import Mapping as TreeMapping
from bgpkit_node.resources.yaml_lines import Scalar, Tree, TreeError, read_trees

CONFIG: Final = Path("/etc/calico/calicoctl.cfg")
"""The file that is looked for when none is named."""
ENDPOINTS: Final = "ETCD_ENDPOINTS"
"""The variable without which no other says where etcd is."""

_API_VERSION: Final = "projectcalico.org/v3"
_KIND: Final = "CalicoAPIConfig"
_TOP: Final = frozenset({"kind", "apiVersion", "metadata", "spec"})
_SOURCES: Final = (
    ("authority", "etcdCACertFile", "etcdCACert"),
    ("certificate", "etcdCertFile", "etcdCert"),
    ("key", "etcdKeyFile", "etcdKey"),
)
_VARIABLES: Final = {
    "DATASTORE_TYPE": "datastoreType",
    ENDPOINTS: "etcdEndpoints",
    "ETCD_DISCOVERY_SRV": "etcdDiscoverySrv",
    "ETCD_USERNAME": "etcdUsername",
    "ETCD_PASSWORD": "etcdPassword",
    "ETCD_KEY_FILE": "etcdKeyFile",
    "ETCD_CERT_FILE": "etcdCertFile",
    "ETCD_CA_CERT_FILE": "etcdCACertFile",
    "ETCD_KEY": "etcdKey",
    "ETCD_CERT": "etcdCert",
    "ETCD_CA_CERT": "etcdCACert",
}
_OF_KUBERNETES: Final = frozenset(
    {
        "kubeconfig",
        "kubeconfigInline",
        "k8sAPIEndpoint",
        "k8sKeyFile",
        "k8sCertFile",
        "k8sCAFile",
        "k8sAPIToken",
        "k8sInsecureSkipTLSVerify",
        "k8sDisableNodePoll",
        "k8sUsePodCIDR",
        "k8sClientQPS",
        "k8sCurrentContext",
        "calicoAPIGroup",
    }
)
_KNOWN: Final = frozenset(_VARIABLES.values()) | _OF_KUBERNETES | {"etcdFIPSModeEnabled"}
_URL: Final = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})/?")


def read_config(path: Path) -> EtcdSettings:
    """Read a file of kind CalicoAPIConfig; raises DatastoreError, one sentence, that names file, line and field.

    Values are taken as they are written: a password of digits is no number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DatastoreError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DatastoreError(f"{path}: is not text in UTF-8") from error
    try:
        spec = _spec(_document(text))
    except TreeError as error:
        place = f"line {error.line}: " if error.line else ""
        raise DatastoreError(f"{path}: {place}{error}") from error
    return _settings(spec, {name: f"{path}: spec.{name}" for name in _KNOWN})


def read_environment(environment: Mapping[str, str]) -> EtcdSettings | None:
    """Read the variables; None when none is set. Raises DatastoreError that names the variable."""
    spec = {field: environment[name] for name, field in _VARIABLES.items() if environment.get(name)}
    if not spec:
        return None
    names = {field: name for name, field in _VARIABLES.items()}
    _check_type(spec, names)
    if "etcdEndpoints" not in spec and "etcdDiscoverySrv" not in spec:
        first = next(names[field] for field in spec)
        raise DatastoreError(f"{first} is set and {ENDPOINTS} is not: list the endpoints of etcd in {ENDPOINTS}")
    return _settings(spec, names)


def _document(text: str) -> TreeMapping:
    """Return the one document of a file; TreeError when there is none, or another, or it is something else."""
    trees = [tree for tree in read_trees(text) if not (isinstance(tree, Scalar) and tree.tag == "null")]
    for at, tree in enumerate(trees):
        if isinstance(tree, TreeError):
            raise tree
        if at:
            raise TreeError(f"a second document begins, where one {_KIND} is wanted", tree.line, at + 1)
    if not trees:
        raise TreeError(f"is empty, where a {_KIND} of {_API_VERSION} is wanted", 0, 1)
    return _mapping(trees[0], "the document")


def _spec(document: TreeMapping) -> dict[str, str]:
    """Return the fields below spec, each as it is written; those that are empty or null are left out."""
    for name, (line, _) in document.entries.items():
        if name not in _TOP:
            raise TreeError(f"{name}: unknown field", line, 1)
    for name, wanted in (("kind", _KIND), ("apiVersion", _API_VERSION)):
        line, tree = document.entries.get(name, (document.line, None))
        found = "" if tree is None else _text(tree, name)
        if found != wanted:
            raise TreeError(f"{name} is {found!r}, where {wanted!r} is wanted", line, 1)
    line, tree = document.entries.get("spec", (document.line, Scalar("", "null", document.line)))
    if isinstance(tree, Scalar) and tree.tag == "null":
        return {}
    spec: dict[str, str] = {}
    for name, (at, value) in _mapping(tree, "spec").entries.items():
        if name not in _KNOWN:
            raise TreeError(f"spec.{name}: unknown field", at, 1)
        if not (isinstance(value, Scalar) and value.tag == "null"):
            spec[name] = _text(value, f"spec.{name}")
    return spec


def _mapping(tree: Tree | TreeError, name: str) -> TreeMapping:
    if not isinstance(tree, TreeMapping):
        raise TreeError(f"{name} is not a mapping of fields", getattr(tree, "line", 0), 1)
    return tree


def _text(tree: Tree, name: str) -> str:
    if not isinstance(tree, Scalar):
        several = "; several endpoints are one text with commas between" if name.endswith("etcdEndpoints") else ""
        raise TreeError(f"{name}: takes one value{several}", tree.line, 1)
    return tree.text


def parse_endpoints(text: str, name: str) -> tuple[str, ...]:
    """Read URLs with commas between; raises DatastoreError, which calls their place ``name``."""
    endpoints = tuple(url.strip().rstrip("/") for url in text.split(",") if url.strip())
    if not endpoints:
        raise DatastoreError(f"{name} names no endpoint of etcd, such as https://10.4.7.12:2379")
    for url in endpoints:
        if not (found := _URL.fullmatch(url)) or not 1 <= int(found["port"]) <= 0xFFFF:
            raise DatastoreError(f"{name}: {url!r} is not a URL of etcd, such as https://10.4.7.12:2379")
    return endpoints


def _settings(spec: Mapping[str, str], names: Mapping[str, str]) -> EtcdSettings:
    """Return what a set of Calico's fields says; ``names`` is how errors call each."""
    _check_type(spec, names)
    if "etcdDiscoverySrv" in spec:
        raise DatastoreError(
            f"{names['etcdDiscoverySrv']} is not supported: list the endpoints in {names['etcdEndpoints']}"
        )
    endpoints = parse_endpoints(spec.get("etcdEndpoints", ""), names["etcdEndpoints"])
    credentials = {field: _pem(spec, names, file, inline) for field, file, inline in _SOURCES}
    certificate, key = credentials["certificate"], credentials["key"]
    if (certificate is None) != (key is None):
        present, absent = ("etcdCertFile", "etcdKeyFile") if key is None else ("etcdKeyFile", "etcdCertFile")
        raise DatastoreError(
            f"{names[present]} is set but {names[absent]} is not: a certificate needs its key and a key its certificate"
        )
    return EtcdSettings(
        endpoints=endpoints,
        authority=credentials["authority"],
        certificate=certificate,
        key=key,
        username=spec.get("etcdUsername", ""),
        password=spec.get("etcdPassword", ""),
    )


def _check_type(spec: Mapping[str, str], names: Mapping[str, str]) -> None:
    """Raise DatastoreError when another type of datastore is meant than there is."""
    kind = spec.get("datastoreType", "etcdv3")
    if kind != "etcdv3":
        raise DatastoreError(f"{names['datastoreType']} is {kind!r}: only etcdv3 is a datastore of bgpkit-node")


def _pem(spec: Mapping[str, str], names: Mapping[str, str], file: str, inline: str) -> Pem | None:
    """Return one of the PEM texts; raises DatastoreError when it is given twice."""
    if file in spec and inline in spec:
        raise DatastoreError(f"{names[file]} and {names[inline]} are both set: give one of them")
    if file in spec:
        return Pem(f"{names[file]}: {spec[file]}", path=Path(spec[file]))
    return Pem(names[inline], text=spec[inline]) if inline in spec else None
