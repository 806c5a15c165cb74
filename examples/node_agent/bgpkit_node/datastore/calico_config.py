"""Where etcd is, in Calico's words: the file ``calicoctl.cfg`` (kind CalicoAPIConfig) and environment variables."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import yaml

from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError

CONFIG: Final = Path("/etc/calico/calicoctl.cfg")
"""The file that is looked for when none is named."""
ENDPOINTS: Final = "ETCD_ENDPOINTS"
"""The variable without which the environment says nothing."""

_API_VERSION: Final = "projectcalico.org/v3"
_KIND: Final = "CalicoAPIConfig"
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
_URL: Final = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):\d{1,5}/?")


class _File(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What may stand at the top of the file."""

    kind: str
    api_version: str
    metadata: dict[str, object] | None = None
    spec: dict[str, str | bool | int | float | None] | None = None


def read_config(path: Path) -> EtcdSettings:
    """Read a file of kind CalicoAPIConfig; raises DatastoreError, one sentence, that names file and field."""
    try:
        tree: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatastoreError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DatastoreError(f"{path}: is not text in UTF-8") from error
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        place = f" (line {mark.line + 1})" if mark else ""
        raise DatastoreError(f"{path}: is not YAML{place}") from error
    try:
        found = msgspec.convert(tree, _File)
    except msgspec.ValidationError as error:
        raise DatastoreError(f"{path}: is no {_KIND}: {error}") from error
    if (found.kind, found.api_version) != (_KIND, _API_VERSION):
        raise DatastoreError(
            f"{path}: has kind {found.kind} of {found.api_version}, where {_KIND} of {_API_VERSION} is wanted"
        )
    spec = {name: str(value) for name, value in (found.spec or {}).items() if value is not None}
    if unknown := sorted(set(spec) - _KNOWN):
        raise DatastoreError(f"{path}: spec.{', spec.'.join(unknown)}: unknown field")
    return _settings(spec, {name: f"{path}: spec.{name}" for name in _KNOWN})


def read_environment(environment: Mapping[str, str]) -> EtcdSettings | None:
    """Read the variables; None when they name no endpoints. Raises DatastoreError that names the variable."""
    spec = {field: environment[name] for name, field in _VARIABLES.items() if environment.get(name)}
    if "etcdEndpoints" not in spec and "etcdDiscoverySrv" not in spec:
        return None
    return _settings(spec, {field: name for name, field in _VARIABLES.items()})


def parse_endpoints(text: str, name: str) -> tuple[str, ...]:
    """Read URLs with commas between; raises DatastoreError, which calls their place ``name``."""
    endpoints = tuple(url.strip().rstrip("/") for url in text.split(",") if url.strip())
    if not endpoints:
        raise DatastoreError(f"{name} names no endpoint of etcd, such as https://10.4.7.12:2379")
    for url in endpoints:
        if not _URL.fullmatch(url):
            raise DatastoreError(f"{name}: {url!r} is not a URL of etcd, such as https://10.4.7.12:2379")
    return endpoints


def _settings(spec: Mapping[str, str], names: Mapping[str, str]) -> EtcdSettings:
    """Return what a set of Calico's fields says; ``names`` is how errors call each."""
    kind = spec.get("datastoreType", "etcdv3")
    if kind != "etcdv3":
        raise DatastoreError(f"{names['datastoreType']} is {kind!r}: only etcdv3 is a datastore of bgpkit-node")
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


def _pem(spec: Mapping[str, str], names: Mapping[str, str], file: str, inline: str) -> Pem | None:
    """Return one of the PEM texts; raises DatastoreError when it is given twice."""
    if file in spec and inline in spec:
        raise DatastoreError(f"{names[file]} and {names[inline]} are both set: give one of them")
    if file in spec:
        return Pem(f"{names[file]}: {spec[file]}", path=Path(spec[file]))
    return Pem(names[inline], text=spec[inline]) if inline in spec else None
