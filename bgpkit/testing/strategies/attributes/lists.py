"""Values of attributes, attributes, and the lists that UPDATEs hold (RFC 4271, sections 4.3 and 5)."""

from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.attributes.multiprotocol import drawable
from bgpkit.testing.strategies.attributes.single import interpreted, unknown
from bgpkit.testing.strategies.attributes.table import ATTRIBUTE_STRATEGIES, ValueStrategy
from bgpkit.testing.strategies.families import BUILT_IN
from bgpkit.wire import ATTRIBUTE_ROWS, Attribute, AttributeCode, UpdateContext

SESSION: Final = UpdateContext(families=frozenset(BUILT_IN), four_octet_as=True, internal=True)
"""An internal session with 4-octet AS numbers and all families, without ADD-PATH."""

_FROM_OLD_SPEAKERS: Final = frozenset({AttributeCode.AS4_PATH, AttributeCode.AS4_AGGREGATOR})
_MP: Final = frozenset({AttributeCode.MP_REACH_NLRI, AttributeCode.MP_UNREACH_NLRI})
_OF_THE_ROUTES: Final = _MP | {AttributeCode.ORIGIN, AttributeCode.AS_PATH, AttributeCode.NEXT_HOP}
_UNKNOWN: Final = unknown()


def attribute_values(code: int, context: UpdateContext = SESSION) -> ValueStrategy:
    """Return values of the attribute of type ``code``, as the side with ``context`` sends them.

    ValueError for a code that is not interpreted: its value is any octets.
    """
    values = ATTRIBUTE_STRATEGIES.get(code)
    if values is None:
        raise ValueError(f"attribute {code} is not interpreted: its value is any octets")
    return values(context)


def attributes(context: UpdateContext = SESSION, *codes: int) -> st.SearchStrategy[Attribute]:
    """Return attributes that the side with ``context`` may send, those that nobody interprets too.

    Of the type ``codes`` only, where some are given: ValueError for one that is not interpreted.
    """
    if codes:
        return st.one_of(*(_of_code(code, _terms(code, context)) for code in codes))
    return attributes(context, *codes_in(context)) | _UNKNOWN


def attribute_lists(context: UpdateContext = SESSION, *, max_size: int = 5) -> st.SearchStrategy[tuple[Attribute, ...]]:
    """Return what may stand beside the routes of an UPDATE, each type once, in any order.

    That is without ORIGIN, AS_PATH, NEXT_HOP and the MP attributes, which routes ask for or forbid.
    """
    one = _beside_routes(_terms(0, context))
    return st.lists(one, max_size=max_size, unique_by=lambda each: each.code).map(tuple)


def codes_in(context: UpdateContext) -> list[int]:
    """Return the types of interpreted attributes that a session may have, in order.

    External peers do not send what is for internal ones, unless that was allowed; AS4_PATH and AS4_AGGREGATOR are
    for sessions with 2-octet AS numbers. RFC 7606, section 7; RFC 6793, section 4.1.
    """
    return sorted(
        code
        for code in ATTRIBUTE_STRATEGIES
        if not ATTRIBUTE_ROWS[code].is_out_of_place(context)
        and not (context.four_octet_as and code in _FROM_OLD_SPEAKERS)
        and (drawable(context) or code not in _MP)
    )


def _terms(code: int, context: UpdateContext) -> UpdateContext:
    """Return what an attribute of type ``code`` depends on: few terms, so that few strategies are made."""
    if code in _MP:
        return context
    return UpdateContext(
        families=frozenset(),
        four_octet_as=context.four_octet_as,
        internal=context.internal,
        accepted_from_external=context.accepted_from_external,
    )


@lru_cache(maxsize=1024)
def _of_code(code: int, context: UpdateContext) -> st.SearchStrategy[Attribute]:
    return interpreted(code, attribute_values(code, context), context)


@lru_cache(maxsize=1024)
def _beside_routes(context: UpdateContext) -> st.SearchStrategy[Attribute]:
    codes = [code for code in codes_in(context) if code not in _OF_THE_ROUTES]
    return attributes(context, *codes) | _UNKNOWN
