"""The AS_PATH of a path in a table."""

from bgpkit.wire import as_path_of, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, Path, PathAttributes, Source, SourceKind

SOURCE = Source("a", SourceKind.EBGP)


def test_it_is_read_from_the_block() -> None:
    """That which the path tells now, none for a path without."""
    block = encode_attributes(PathAttributes(as_path=AsPath.of(64513, 64514)), IPV4_UNICAST)
    assert as_path_of(Path(SOURCE, block)) == AsPath.of(64513, 64514)
    assert as_path_of(Path(SOURCE, b"")) == AsPath()
