"""Probes of a container, as manifests say them."""

from typing import Any


def probe(address: str, path: str, **more: int) -> dict[str, Any]:
    """Return an HTTP probe of ``path`` at ``address``, as ``127.0.0.1:9099``, every ten seconds."""
    host, _, port = address.partition(":")
    get = {"host": host, "port": int(port), "path": path}
    return {"httpGet": get, "periodSeconds": 10, "timeoutSeconds": 10, **more}
