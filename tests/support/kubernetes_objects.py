"""The objects of the stand-in for Kubernetes' API, with their versions and what has become of them."""

import asyncio
import copy
import itertools
import uuid
from typing import Any, NamedTuple

from bgpkit_node.resources.part import is_mapping
from tests.support.kubernetes_kinds import Kind

Plain = dict[str, Any]
Place = tuple[Kind, str, str]


class ApiError(Exception):
    """An answer that is none."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        """Keep what the API says."""
        super().__init__(message)
        self.code = code
        self.reason = reason

    def status(self) -> Plain:
        """Return the object that says so."""
        head: Plain = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        return {**head, "message": str(self), "reason": self.reason, "code": self.code}


class Change(NamedTuple):
    """What has become of an object at a version."""

    version: int
    place: Place
    word: str
    object: Plain


class Objects:
    """Objects by kind, namespace and name; one counter of versions."""

    def __init__(self) -> None:
        """Begin with none."""
        self._versions = itertools.count(100)
        self.version = next(self._versions)
        self.found: dict[Place, Plain] = {}
        self.changes: list[Change] = []
        self.oldest = self.version
        """Changes after it are kept."""
        self.bell = asyncio.Event()

    def get(self, place: Place) -> Plain:
        """Return an object, or raise 404."""
        try:
            return self.found[place]
        except KeyError:
            raise ApiError(404, "NotFound", f'{place[0].plural} "{place[2]}" not found') from None

    def create(self, kind: Kind, namespace: str, given: Plain) -> Plain:
        """Make an object, or raise 409."""
        name = given["metadata"]["name"]
        place = (kind, namespace, name)
        if place in self.found:
            raise ApiError(409, "AlreadyExists", f'{kind.plural} "{name}" already exists')
        metadata: Plain = {"uid": str(uuid.uuid4()), "creationTimestamp": "2026-11-29T12:00:00Z", **given["metadata"]}
        if kind.namespaced:
            metadata["namespace"] = namespace
        if kind.name == "Namespace":
            metadata["labels"] = {**metadata.get("labels", {}), "kubernetes.io/metadata.name": name}
        return self._write(place, "ADDED", {**given, "metadata": metadata})

    def replace(self, place: Place, given: Plain) -> Plain:
        """Write an object over, or raise 409 when it was read at another version."""
        old = self.get(place)
        read = given["metadata"].get("resourceVersion")
        if read and read != old["metadata"]["resourceVersion"]:
            raise ApiError(409, "Conflict", "the object has been modified")
        return self._write(place, "MODIFIED", given)

    def patch(self, place: Place, change: Plain) -> Plain:
        """Merge a change into an object. RFC 7396."""
        return self._write(place, "MODIFIED", merged(self.get(place), change))

    def delete(self, place: Place) -> Plain:
        """Delete an object."""
        gone = self.get(place)
        del self.found[place]
        return self._tell(place, "DELETED", gone)

    def forget(self) -> None:
        """Keep no change: who watches from an older version is told 410."""
        self.changes.clear()
        self.oldest = self.version

    def _write(self, place: Place, word: str, given: Plain) -> Plain:
        written = self._tell(place, word, given)
        self.found[place] = written
        return written

    def _tell(self, place: Place, word: str, given: Plain) -> Plain:
        self.version = next(self._versions)
        told = copy.deepcopy(given)
        told["metadata"]["resourceVersion"] = str(self.version)
        self.changes.append(Change(self.version, place, word, told))
        self.bell.set()
        self.bell = asyncio.Event()
        return told


def merged(old: object, change: object) -> Any:
    """Return ``old`` with ``change`` merged into it. RFC 7396, section 2."""
    if not is_mapping(change):
        return change
    result: Plain = dict(old) if is_mapping(old) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
