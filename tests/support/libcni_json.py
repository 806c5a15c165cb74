"""A network configuration in the octets of the reference library, which every container runtime uses."""

import json
from collections.abc import Mapping


def as_libcni_writes(config: Mapping[str, object]) -> str:
    """Return ``config`` as Go's encoding/json writes a map: keys in their order, no white space, no end of line."""
    return json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
