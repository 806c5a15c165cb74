"""Values from and to JSON: one mechanism for messages, attributes, NLRI and communities, driven by their type hints.

What they look like is written in JSON.md, beside this folder.
"""

from bgpkit.wire.plain.conversion import from_dict, from_plain, to_dict, to_plain
from bgpkit.wire.plain.json_data import Json

__all__ = ["Json", "from_dict", "from_plain", "to_dict", "to_plain"]
