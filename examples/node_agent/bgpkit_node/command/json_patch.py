"""Patches of documents that are lists of operations: JSON Patch (RFC 6902)."""

import re
from typing import Final

from bgpkit_node.errors import NodeError, UsageError

_PYTHON_TYPE: Final = re.compile(r" \(<class '[^']*'>\)")
"""What the library says of the values that a test compares, and nobody who writes JSON knows."""


def operated(target: object, patch: object) -> object:
    """Return ``target`` as the operations of ``patch`` change it, all of them or none. RFC 6902, section 5.

    UsageError for what is no patch; NodeError, with the library's words, for one that does not fit: a path that is not
    there, a test that fails.
    """
    import jsonpatch  # only where it is wanted, so that every other command is quick

    try:
        return jsonpatch.apply_patch(target, patch)
    except jsonpatch.InvalidJsonPatch as error:
        raise UsageError(f"--patch: is no JSON Patch (RFC 6902): {error}") from error
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        why = _PYTHON_TYPE.sub("", str(error))
        raise NodeError(f"--patch: does not fit: {why}; nothing was changed") from error
