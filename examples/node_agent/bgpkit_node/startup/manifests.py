"""The Kubernetes manifests of an installation: what Calico's for etcd hold, as far as there is such a thing here."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from bgpkit_node.cni import our_conflist
from bgpkit_node.datastore.etcd.credentials import Credentials
from bgpkit_node.ipam import IPNetwork
from bgpkit_node.paths import HEALTH_ADDRESS, RUN_DIR, SOCKET_NAME
from bgpkit_node.startup.controllers_manifests import controllers_documents
from bgpkit_node.startup.probe import probe

Document: TypeAlias = dict[str, Any]

NAMESPACE: Final = "kube-system"
CONFIG: Final = "calico-config"
SECRETS: Final = "calico-etcd-secrets"
SECRETS_PATH: Final = Path("/calico-secrets")
ROLES: Final = ("ca", "cert", "key")
AGENT: Final = "bgpkit-node"

_ABOUT: Final = f"""\
# An installation of bgpkit-node over etcd: kubectl apply -f FILE
# - The image is yours to build: Python 3.11 or newer with "pip install bgpkit[node]". A node that has it pulls none.
#   Each node needs Python 3 as well: the CNI executable is a shell script that leaves what is unusual to Python.
# - The controllers, one pod, copy what Kubernetes has into etcd, and only read its API: their role is to list and to
#   watch. Addresses that have leaked are taken back by the agents themselves.
# - The agents ask the API server for nothing: {AGENT} has a ServiceAccount without a token, and no role.
"""
_SOME_MTU: Final = 1500
_SECRETS_VOLUME: Final = {"name": "etcd-certs", "secret": {"secretName": SECRETS, "defaultMode": 0o400}}
_SECRETS_MOUNT: Final = {"mountPath": str(SECRETS_PATH), "name": "etcd-certs"}
_NODE_NAME: Final = {"fieldRef": {"fieldPath": "spec.nodeName"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What an installation is made with."""

    endpoints: tuple[str, ...]
    credentials: Credentials
    image: str
    pods: tuple[IPNetwork, ...] = ()
    """The ranges of the first pools; empty: the agents choose."""


def manifests(installation: Installation) -> tuple[Document, ...]:
    """Return the documents of an installation, in the order in which they are applied."""
    account = {**_head("v1", "ServiceAccount", AGENT), "automountServiceAccountToken": False}
    controllers = controllers_documents(NAMESPACE, _image(installation), _etcd(), _SECRETS_VOLUME, _SECRETS_MOUNT)
    return account, _secret(installation.credentials), _config(installation), _daemon_set(installation), *controllers


def to_text(installation: Installation) -> str:
    """Return the documents as YAML, with a word about them."""
    documents = manifests(installation)
    return _ABOUT + yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, explicit_start=True, width=1 << 20)


def _head(version: str, kind: str, name: str) -> Document:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}}


def _texts(credentials: Credentials) -> Mapping[str, bytes]:
    return dict(zip(ROLES, (credentials.authority, credentials.certificate, credentials.key), strict=True))


def _secret(credentials: Credentials) -> Document:
    data = {f"etcd-{role}": base64.b64encode(text).decode() for role, text in _texts(credentials).items() if text}
    return {**_head("v1", "Secret", SECRETS), "type": "Opaque", "data": data}


def _config(installation: Installation) -> Document:
    target = Path("/host/etc/cni/net.d/10-bgpkit.conflist")
    told = {
        f"etcd_{role}": str(SECRETS_PATH / f"etcd-{role}") if text else ""
        for role, text in _texts(installation.credentials).items()
    }
    conflist = json.dumps(our_conflist(RUN_DIR / SOCKET_NAME, target, mtu=_SOME_MTU), indent=2)
    conflist = conflist.replace(f'"mtu": {_SOME_MTU}', '"mtu": __CNI_MTU__')
    return {
        **_head("v1", "ConfigMap", CONFIG),
        "data": {
            "etcd_endpoints": ",".join(installation.endpoints),
            **told,
            "typha_service_name": "none",
            "calico_backend": "bird",
            "veth_mtu": "0",
            "cni_network_config": conflist + "\n",
        },
    }


def _daemon_set(installation: Installation) -> Document:
    labels = {"k8s-app": AGENT}
    return {
        **_head("apps/v1", "DaemonSet", AGENT),
        "spec": {
            "selector": {"matchLabels": labels},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "template": {"metadata": {"labels": labels}, "spec": _pod(installation)},
        },
    }


def _pod(installation: Installation) -> Document:
    return {
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "hostNetwork": True,
        # A runtime names the namespace of a pod by the id of one of its processes, or by a file in /run/netns.
        "hostPID": True,
        "tolerations": [
            {"effect": "NoSchedule", "operator": "Exists"},
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"effect": "NoExecute", "operator": "Exists"},
        ],
        "serviceAccountName": AGENT,
        "terminationGracePeriodSeconds": 10,
        "priorityClassName": "system-node-critical",
        "initContainers": [_installer(installation)],
        "containers": [_agent(installation)],
        "volumes": [
            _host("cni-bin-dir", "/opt/cni/bin"),
            _host("cni-net-dir", "/etc/cni/net.d"),
            _host("var-run-calico", "/var/run/calico"),
            _host("run-agent", str(RUN_DIR)),
            _host("run-netns", "/run/netns"),
            _SECRETS_VOLUME,
        ],
    }


def _image(installation: Installation) -> Document:
    """Return what a container is made of. An image tagged ``latest`` would be pulled even by nodes that have it."""
    return {"image": installation.image, "imagePullPolicy": "IfNotPresent"}


def _installer(installation: Installation) -> Document:
    return {
        "name": "install-cni",
        **_image(installation),
        "command": ["bgpkit-node", "install", "--cni-bin=/host/opt/cni/bin", "--cni-conf=/host/etc/cni/net.d"],
        "env": [_from_config("CNI_NETWORK_CONFIG", "cni_network_config"), _from_config("CNI_MTU", "veth_mtu")],
        "volumeMounts": [
            {"mountPath": "/host/opt/cni/bin", "name": "cni-bin-dir"},
            {"mountPath": "/host/etc/cni/net.d", "name": "cni-net-dir"},
            _SECRETS_MOUNT,
        ],
        "securityContext": {"privileged": True},
    }


def _agent(installation: Installation) -> Document:
    return {
        "name": AGENT,
        **_image(installation),
        "command": ["bgpkit-node", "agent"],
        "env": _environment(installation),
        "securityContext": {"privileged": True},
        "resources": {"requests": {"cpu": "250m"}},
        "livenessProbe": probe(HEALTH_ADDRESS, "/liveness", initialDelaySeconds=10, failureThreshold=6),
        "readinessProbe": probe(HEALTH_ADDRESS, "/readiness"),
        "volumeMounts": [
            {"mountPath": "/host/etc/cni/net.d", "name": "cni-net-dir"},
            {"mountPath": "/var/run/calico", "name": "var-run-calico"},
            {"mountPath": str(RUN_DIR), "name": "run-agent"},
            {"mountPath": "/run/netns", "name": "run-netns", "mountPropagation": "HostToContainer"},
            _SECRETS_MOUNT,
        ],
    }


def _environment(installation: Installation) -> list[Document]:
    pools = [{"name": f"CALICO_IPV{network.version}POOL_CIDR", "value": str(network)} for network in installation.pods]
    ipv6 = any(network.version == 6 for network in installation.pods)
    return [
        *_etcd(),
        {"name": "NODENAME", "valueFrom": _NODE_NAME},
        {"name": "CALICO_K8S_NODE_REF", "valueFrom": _NODE_NAME},
        _from_config("CALICO_NETWORKING_BACKEND", "calico_backend"),
        {"name": "IP", "value": "autodetect"},
        *([{"name": "IP6", "value": "autodetect"}] if ipv6 else []),
        *pools,
        {"name": "CALICO_IPV4POOL_IPIP", "value": "CrossSubnet"},
    ]


def _etcd() -> list[Document]:
    """Return the variables that say where etcd is."""
    return [
        _from_config("ETCD_ENDPOINTS", "etcd_endpoints"),
        _from_config("ETCD_CA_CERT_FILE", "etcd_ca"),
        _from_config("ETCD_KEY_FILE", "etcd_key"),
        _from_config("ETCD_CERT_FILE", "etcd_cert"),
    ]


def _from_config(variable: str, key: str) -> Document:
    return {"name": variable, "valueFrom": {"configMapKeyRef": {"name": CONFIG, "key": key}}}


def _host(name: str, path: str) -> Document:
    return {"name": name, "hostPath": {"path": path, "type": "DirectoryOrCreate"}}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, and never refers from one place to another."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(_dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
