"""Operations."""

from bgpkit.fib.form import Form
from bgpkit.fib.operation import Operation, Verb


def test_an_operation_has_one_form() -> None:
    """The form is the only one in the shared tuple."""
    form = Form(6, (), 0)
    assert Operation(Verb.ADD, 32, b"\x00", (form,)).form is form
