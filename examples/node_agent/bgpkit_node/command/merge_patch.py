"""Patches of documents: JSON Merge Patch (RFC 7396), and what Kubernetes calls a strategic merge."""

from collections.abc import Mapping
from typing import Final, TypeGuard

from bgpkit_node.errors import UsageError

_DIRECTIVE: Final = "$patch"


def merged(target: object, patch: object) -> object:
    """Return ``target`` as ``patch`` changes it: a null removes, mappings are merged, all else replaces.

    RFC 7396, section 2.
    """
    if not is_mapping(patch):
        return patch
    result = dict(target) if is_mapping(target) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def strategic(target: object, patch: object) -> object:
    """Return ``target`` as a strategic merge changes it.

    No list of a resource of this API is merged by a key, so that it is a merge patch with the directive ``$patch``:
    ``replace`` puts the mapping in the other's place, ``delete`` empties it. UsageError for other directives.
    """
    if not is_mapping(patch):
        return patch
    unknown = [key for key in patch if key.startswith("$") and key != _DIRECTIVE]
    if unknown:
        raise UsageError(f"--patch: directive {unknown[0]} is not supported, only {_DIRECTIVE}: replace or delete")
    rest = {key: value for key, value in patch.items() if key != _DIRECTIVE}
    match patch.get(_DIRECTIVE):
        case "replace":
            return rest
        case "delete":
            return {}
        case None | "merge":
            result = dict(target) if is_mapping(target) else {}
        case other:
            raise UsageError(f"--patch: {_DIRECTIVE} {other!r} is not known, only replace, delete and merge")
    for key, value in rest.items():
        if value is None or (is_mapping(value) and value.get(_DIRECTIVE) == "delete"):
            result.pop(key, None)
        else:
            result[key] = strategic(result.get(key), value)
    return result


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Tell whether ``value`` is what JSON calls an object."""
    return isinstance(value, Mapping)
