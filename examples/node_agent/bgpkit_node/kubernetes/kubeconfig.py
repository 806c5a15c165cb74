"""What a kubeconfig has to hold, looked at before a client library reads it: its own words name no place.

Kubernetes' reference of the client configuration (v1), "Config".
"""

import os
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import yaml

from bgpkit_node.errors import KubernetesError

_SCHEMES: Final = ("https", "http")


class _Cluster(msgspec.Struct, rename="kebab"):
    server: str = ""
    certificate_authority: str | None = None
    certificate_authority_data: str | None = None
    insecure_skip_tls_verify: bool | None = None
    tls_server_name: str | None = None
    proxy_url: str | None = None


class _Variable(msgspec.Struct):
    name: str
    value: str


class _Exec(msgspec.Struct, rename="camel"):
    command: str
    api_version: str
    args: list[str] | None = None
    env: list[_Variable] | None = None


class _User(msgspec.Struct, rename="kebab"):
    client_certificate: str | None = None
    client_certificate_data: str | None = None
    client_key: str | None = None
    client_key_data: str | None = None
    token: str | None = None
    token_file: str | None = msgspec.field(default=None, name="tokenFile")
    username: str | None = None
    password: str | None = None
    exec: _Exec | None = None


class _Context(msgspec.Struct):
    cluster: str = ""
    user: str = ""


class _NamedCluster(msgspec.Struct):
    name: str
    cluster: _Cluster


class _NamedUser(msgspec.Struct):
    name: str
    user: _User


class _NamedContext(msgspec.Struct):
    name: str
    context: _Context


class _File(msgspec.Struct, rename="kebab"):
    clusters: list[_NamedCluster] | None = None
    users: list[_NamedUser] | None = None
    contexts: list[_NamedContext] | None = None
    current_context: str | None = None


class _Named(Protocol):
    name: str


_N = TypeVar("_N", bound=_Named)


def current_context(paths: str) -> str:
    """Return the context that is meant by the files ``paths``, of which the first that names one decides, as kubectl.

    KubernetesError says in which file what is wrong: with its form, or with what the context refers to.
    """
    places = [Path(path).expanduser() for path in paths.split(os.pathsep) if path]
    files = [_read(place) for place in places]
    chosen = next(filter(None, (each.current_context for each in files)), "")
    if not chosen:
        raise KubernetesError(f"{paths}: names no current-context (kubectl config use-context NAME)")
    context = _called(chosen, [each for file in files for each in file.contexts or ()], paths, "contexts").context
    where = f"the context {chosen} names"
    cluster = _called(context.cluster, [one for file in files for one in file.clusters or ()], paths, "clusters", where)
    place = f"{paths}: clusters: {cluster.name}"
    scheme = _scheme(place, cluster.cluster.server)
    _check_data(place, cluster.cluster)
    if context.user or scheme == "https":  # without TLS there may be nobody to show
        user = _called(context.user, [each for file in files for each in file.users or ()], paths, "users", where)
        _check_data(f"{paths}: users: {user.name}", user.user)
    return chosen


def _read(path: Path) -> _File:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KubernetesError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KubernetesError(f"{path}: is not text in UTF-8") from error
    except yaml.YAMLError as error:
        raise KubernetesError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if found is None:
        raise KubernetesError(f"{path}: is no kubeconfig: it is empty")
    try:
        return msgspec.convert(found, type=_File)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$")
        where = f": {place.lstrip('.').rstrip('`')}" if place else ""
        raise KubernetesError(f"{path}: is no kubeconfig{where}: {said[0].lower()}{said[1:]}") from error


def _called(name: str, found: Sequence[_N], paths: str, field: str, where: str = "current-context names") -> _N:
    """Return what has a name, the first of several."""
    if not name:
        raise KubernetesError(f"{paths}: {where} none of {field}")
    for each in found:
        if each.name == name:
            return each
    raise KubernetesError(f"{paths}: {where} {name!r}, which is not among {field}")


def _check_data(where: str, part: _Cluster | _User) -> None:
    """Raise KubernetesError when a field that holds the octets of a file is not base64."""
    for field in msgspec.structs.fields(part):
        if field.encode_name.endswith("-data"):
            try:
                b64decode(getattr(part, field.name) or "")
            except ValueError as error:
                raise KubernetesError(f"{where}: {field.encode_name} is not base64") from error


def _scheme(where: str, server: str) -> str:
    try:
        parts = urlsplit(server)
        if parts.scheme in _SCHEMES and parts.hostname and parts.port != 0:
            return parts.scheme
    except ValueError:
        pass
    raise KubernetesError(f"{where}: server {server!r} is no URL, such as https://10.0.0.1:6443")
