"""ATTR_SET, which holds other attributes (RFC 6368, section 5)."""

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.attributes.single import interpreted, unknown
from bgpkit.testing.strategies.fields import asns
from bgpkit.wire import Attribute, UpdateContext
from bgpkit.wire.attributes.attr_set import AttrSet

INNER: Final = UpdateContext(families=frozenset(), four_octet_as=True, internal=True)
"""How attributes inside are written, whatever the session's terms are. RFC 6368, sections 4 and 5."""


def attribute_sets(values: Mapping[int, st.SearchStrategy[object]]) -> st.SearchStrategy[AttrSet]:
    """Return sets of up to 4 attributes whose values are drawn from ``values``, by type code."""
    one: st.SearchStrategy[Attribute] = st.sampled_from(sorted(values)).flatmap(
        lambda code: interpreted(code, values[code], INNER)
    )
    return st.builds(AttrSet, asns(), st.lists(one | unknown(), max_size=4).map(tuple))
