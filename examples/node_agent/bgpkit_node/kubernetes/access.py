"""Where the API of Kubernetes is and how one shows oneself there: kubeconfig, or what a pod is given."""

import asyncio
import importlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp
import yaml

from bgpkit_node.errors import KubernetesError, NodeError
from bgpkit_node.kubernetes.kubeconfig import current_context

if TYPE_CHECKING:
    from kubernetes_asyncio.client import Configuration

KUBECONFIG: Final = "KUBECONFIG"
IN_CLUSTER: Final = "KUBERNETES_SERVICE_HOST"
"""The variable that every pod has."""
_LIBRARY: Final = logging.getLogger("kubernetes_asyncio.config.kube_config")
_UNEXPECTED: Final = (aiohttp.ClientError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What the library raises of values that it has not looked at."""


@dataclass(frozen=True, slots=True)
class KubernetesAccess:
    """The files of a ``kubeconfig``, separated by colons as kubectl has them; empty: what a pod is given."""

    kubeconfig: str = ""

    def __str__(self) -> str:
        """Say where it comes from."""
        return self.kubeconfig or "the ServiceAccount of this pod"


def chosen_access(kubeconfig: str, environment: Mapping[str, str]) -> KubernetesAccess:
    """Return the access that is meant: the ``kubeconfig`` given, then what a pod has, then the user's own file.

    NodeError when there is none of the three, or a file that was named is not there.
    """
    if kubeconfig:
        missing = [path for path in kubeconfig.split(os.pathsep) if path and not Path(path).expanduser().is_file()]
        if missing:
            raise NodeError(f"{missing[0]}: there is no such kubeconfig (--kubeconfig, {KUBECONFIG})")
        return KubernetesAccess(kubeconfig)
    if environment.get(IN_CLUSTER):
        return KubernetesAccess()
    own = Path(environment.get("HOME", "/root")) / ".kube" / "config"
    if own.is_file():
        return KubernetesAccess(str(own))
    raise NodeError(
        f"nothing says where Kubernetes' API is: name a file with --kubeconfig or {KUBECONFIG}, make {own}, "
        "or run in a pod of the cluster"
    )


async def configured(access: KubernetesAccess) -> "Configuration":
    """Return a client's configuration, read anew: what is shown may have been renewed. KubernetesError."""
    await asyncio.to_thread(importlib.import_module, "kubernetes_asyncio.client")  # a second of work
    from kubernetes_asyncio import config
    from kubernetes_asyncio.client import Configuration

    configuration = Configuration()
    context = await asyncio.to_thread(current_context, access.kubeconfig) if access.kubeconfig else ""
    said = _Heard()
    _LIBRARY.addHandler(said)
    try:
        if access.kubeconfig:
            await config.load_kube_config(
                access.kubeconfig, context=context, client_configuration=configuration, persist_config=False
            )
        else:
            config.load_incluster_config(client_configuration=configuration)
    except (config.ConfigException, OSError, yaml.YAMLError, *_UNEXPECTED) as error:
        raise KubernetesError(_unusable(access, _text(error))) from error
    finally:
        _LIBRARY.removeHandler(said)
    if said.texts:
        raise KubernetesError(_unusable(access, said.texts[0]))
    return configuration


class _Heard(logging.Handler):
    """Keeps the errors that the library only logs, and keeps them from standard error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _unusable(access: KubernetesAccess, said: str) -> str:
    return f"{access}: Kubernetes' API cannot be reached with it: {' '.join(said.split())}"


def _text(error: Exception) -> str:
    """Return what an error says; one of what the library did not expect says what it is, too."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
    return f"{type(error).__name__}: {error}" if isinstance(error, _UNEXPECTED) else str(error)
