"""Filters, run by an interpreter of the five instructions they are made of."""

import struct

import pytest

from bgpkit.fib.netlink.packet_filter import Step, assemble, drop_port, drop_protocols

NEWROUTE, DELROUTE, NEWLINK, ERROR = 24, 25, 16, 2


def takes(program: tuple[Step, ...], data: bytes) -> bool:
    """Run a program over a message as bpf(4) says; tell whether it lets the message through."""
    loads = {0x20: 4, 0x28: 2, 0x30: 1}
    place = loaded = 0
    while True:
        code, when, otherwise, operand = program[place]
        place += 1
        if code in loads:
            loaded = int.from_bytes(data[operand : operand + loads[code]], "big")
        elif code == 0x15:
            place += when if loaded == operand else otherwise
        else:
            assert code == 0x06
            return operand != 0


def message(kind: int, *, port: int = 0, protocol: int = 0) -> bytes:
    """Return a netlink message with the header of a route."""
    return struct.pack("=IHHII", 28, kind, 0, 1, port) + bytes((2, 24, 0, 0, 254, protocol, 0, 1, 0, 0, 0, 0))


def test_changes_of_one_port_are_dropped() -> None:
    """Whatever they are about; all others are taken."""
    program = drop_port(0x01020304)
    assert not takes(program, message(NEWROUTE, port=0x01020304))
    assert takes(program, message(NEWROUTE, port=0x04030201))
    assert takes(program, message(NEWLINK))


@pytest.mark.parametrize("unheard", [[12], [12, 186], range(200)])
def test_routes_of_some_protocols_are_dropped(unheard: list[int]) -> None:
    """When they come and when they go; routes of others, and what are no routes, are taken."""
    program = drop_protocols(unheard)
    for kind in (NEWROUTE, DELROUTE):
        heard = [number for number in range(256) if takes(program, message(kind, protocol=number))]
        assert heard == [number for number in range(256) if number not in unheard]
    assert takes(program, message(NEWLINK, protocol=12))
    assert takes(program, message(ERROR, protocol=12))


def test_a_program_is_an_array_of_eight_octet_steps() -> None:
    """Struct sock_filter: code, two distances, operand."""
    assert assemble(((0x15, 1, 2, 3), (0x06, 0, 0, 0))) == struct.pack("=HBBIHBBI", 0x15, 1, 2, 3, 0x06, 0, 0, 0)
