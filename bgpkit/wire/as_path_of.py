"""The AS_PATH of a path, for what the tables leave to whoever can read a block: multipath, ADD-PATH by neighbor AS."""

from functools import lru_cache

from bgpkit.wire.attribute_block import attribute_value
from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.attributes.well_known import decode_as_path
from bgpkit_rib import AsPath, Path


def as_path_of(path: Path) -> AsPath:
    """Return the AS_PATH of ``path``: the port (`bgpkit_rib.AsPathOf`) of multipath and ADD-PATH selections."""
    return _decoded(attribute_value(path.raw, AttributeCode.AS_PATH) or b"")


_decoded = lru_cache(maxsize=4096)(decode_as_path)
