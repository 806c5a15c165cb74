"""UPDATE messages (RFC 4271, section 4.3)."""

from functools import cache
from typing import Final

from hypothesis import assume
from hypothesis import strategies as st

from bgpkit.testing.strategies.attributes import SESSION, attribute_lists, attributes, routes
from bgpkit.testing.strategies.attributes.multiprotocol import drawable
from bgpkit.wire import ROWS, Attribute, AttributeCode, Nlri, UpdateContext, UpdateMessage, encode_attribute_list
from bgpkit.wire.encode import FIXED_LENGTH
from bgpkit_fsm import IPV4_UNICAST

_REACH: Final = AttributeCode.MP_REACH_NLRI
_UNREACH: Final = AttributeCode.MP_UNREACH_NLRI
_NONE: Final = st.just(tuple[Attribute, ...]())
_MP_CODES: Final = ((), (_REACH,), (_UNREACH,), (_REACH, _UNREACH))


@st.composite
def update_messages(draw: st.DrawFn, context: UpdateContext = SESSION) -> UpdateMessage:
    """Draw UPDATEs that the side with ``context`` may send: each fits one message, and is without fault.

    Routes come and go in the body, in the MP attributes, in both; attributes stand in any order. End-of-RIB markers
    and UPDATEs that carry attributes for no route are among them.
    """
    body, add_path = IPV4_UNICAST in context.families, IPV4_UNICAST in context.add_path_send
    nlri = draw(_body(add_path, False)) if body else ()
    withdrawn = draw(_body(add_path, True)) if body else ()
    found: list[Attribute] = []
    if drawable(context):
        codes = draw(st.sampled_from(_MP_CODES))
        found += [draw(attributes(context, code)) for code in codes]
    if nlri or any(each.code == _REACH for each in found):
        found += [draw(attributes(context, code)) for code in (AttributeCode.ORIGIN, AttributeCode.AS_PATH)]
    if nlri:
        found.append(draw(attributes(context, AttributeCode.NEXT_HOP)))
    more = attribute_lists(context) if found else _NONE
    found += draw(_NONE | more)
    ordered = draw(st.just(found) | st.permutations(found))
    message = UpdateMessage(withdrawn=withdrawn, attributes=tuple(ordered), nlri=nlri)
    assume(_length(message, context) <= context.maximum)
    return message


@cache
def _body(add_path: bool, withdrawn: bool) -> st.SearchStrategy[tuple[Nlri, ...]]:
    """Return what one of the two fields of the body may hold: IPv4 unicast routes."""
    return st.just(()) | routes(IPV4_UNICAST, add_path=add_path, withdrawn=withdrawn)


def _length(message: UpdateMessage, context: UpdateContext) -> int:
    """Return the octets of an UPDATE in one message."""
    add_path = IPV4_UNICAST in context.add_path_send
    body = ROWS[IPV4_UNICAST].octets((*message.withdrawn, *message.nlri), add_path=add_path)
    return FIXED_LENGTH + sum(map(len, body)) + len(encode_attribute_list(message.attributes, context))
