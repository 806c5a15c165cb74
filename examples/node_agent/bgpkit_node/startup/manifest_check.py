"""Looking at the manifests of an installation before they are applied, whoever wrote them: Calico's, or ours."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, TypeGuard

import yaml

from bgpkit_node.datastore.calico_config import parse_endpoints
from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError, NodeError
from bgpkit_node.startup.manifests import CONFIG, ROLES, SECRETS

_ONE_LINE: Final = "put the file there as base64 in one line (base64 -w 0 FILE)"
_WRAPPED: Final = "its base64 is wrapped: write it in one line (base64 -w 0 FILE)"


def read_installation(path: Path) -> EtcdSettings:
    """Return what the manifests in the file ``path`` tell of etcd.

    Raises NodeError with a sentence in a line for each mistake: a value that is still null, wrapped base64, a path
    that no container mounts, endpoints that are none.
    """
    documents = _documents(path)
    config, secret = _data(documents, "ConfigMap", CONFIG), _data(documents, "Secret", SECRETS)
    if config is None:
        raise NodeError(f"{path}: there is no ConfigMap {CONFIG}")
    faults = [f"{path}: {fault}" for fault in _faults(config, secret or {}, documents)]
    endpoints: tuple[str, ...] = ()
    try:
        endpoints = parse_endpoints(
            _text(config.get("etcd_endpoints")), f"{path}: etcd_endpoints of ConfigMap {CONFIG}"
        )
    except DatastoreError as error:
        faults.insert(0, str(error))
    if faults:
        raise NodeError("\n".join(faults))
    authority, certificate, key = (_pem(role, _text((secret or {}).get(f"etcd-{role}"))) for role in ROLES)
    return EtcdSettings(endpoints=endpoints, authority=authority, certificate=certificate, key=key)


def _faults(
    config: Mapping[str, object], secret: Mapping[str, object], documents: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    mounts = tuple(_mounts(documents))
    for role in ROLES:
        path, value = _text(config.get(f"etcd_{role}")), secret.get(f"etcd-{role}")
        place = f"etcd-{role} of Secret {SECRETS}"
        if path and _is_null(value):
            yield f"{place} is still null: {_ONE_LINE}"
        elif not path and not _is_null(value):
            yield f"etcd_{role} of ConfigMap {CONFIG} is empty, so that nobody reads {place}: name the path there"
        elif path:
            yield from _faults_of_text(place, _text(value))
            yield from _faults_of_path(role, path, mounts)
    if _is_null(secret.get("etcd-cert")) != _is_null(secret.get("etcd-key")):
        yield f"Secret {SECRETS} has one of etcd-cert and etcd-key: a certificate needs its key, and a key its one"


def _faults_of_text(place: str, text: str) -> Iterator[str]:
    if "-----BEGIN" in text:
        yield f"{place} is the file itself: {_ONE_LINE}"
        return
    if text.split() != [text]:
        yield f"{place}: {_WRAPPED}"
        return
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        yield f"{place} is not base64: {_ONE_LINE}"


def _faults_of_path(role: str, path: str, mounts: Sequence[str]) -> Iterator[str]:
    wanted = PurePosixPath(path)
    if wanted.name != f"etcd-{role}":
        yield f"etcd_{role} of ConfigMap {CONFIG} is {path}, and the Secret's file is called etcd-{role}"
    elif not any(PurePosixPath(mount) == wanted.parent for mount in mounts):
        there = f"that is mounted at {', '.join(mounts)}" if mounts else "no container mounts that"
        yield f"etcd_{role} of ConfigMap {CONFIG} is {path}, where Secret {SECRETS} is not: {there}"


def _mounts(documents: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Yield the paths where the containers of daemons see the Secret, each once."""
    found: dict[str, None] = {}
    for document in documents:
        if document.get("kind") == "DaemonSet":
            pod = _at(document, "spec", "template", "spec")
            volumes = {
                _text(volume.get("name"))
                for volume in _list(pod.get("volumes"))
                if _at(volume, "secret").get("secretName") == SECRETS
            }
            for container in _list(pod.get("containers")):
                for mount in _list(container.get("volumeMounts")):
                    if mount.get("name") in volumes:
                        found[_text(mount.get("mountPath"))] = None
    return iter(found)


def _documents(path: Path) -> list[Mapping[str, object]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NodeError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NodeError(f"{path}: is not text in UTF-8") from error
    try:
        return [document for document in yaml.safe_load_all(text) if _is_mapping(document)]
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 0
        place = f" (line {line})" if line else ""
        raise NodeError(f"{path}: is not YAML{place}; base64 in several lines reads so: {_ONE_LINE}") from error


def _data(documents: Sequence[Mapping[str, object]], kind: str, name: str) -> Mapping[str, object] | None:
    for document in documents:
        if document.get("kind") == kind and _at(document, "metadata").get("name") == name:
            return _at(document, "data")
    return None


def _pem(role: str, value: str) -> Pem | None:
    if not value:
        return None
    return Pem(f"etcd-{role} of Secret {SECRETS}", text=base64.b64decode(value).decode("utf-8", errors="replace"))


def _at(document: Mapping[str, object], *names: str) -> Mapping[str, object]:
    for name in names:
        inner = document.get(name)
        document = inner if _is_mapping(inner) else {}
    return document


def _list(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if _is_mapping(item)] if _is_list(value) else []


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_null(value: object) -> bool:
    return value is None or value in {"", "null"}


def _text(value: object) -> str:
    return "" if value is None else str(value)
