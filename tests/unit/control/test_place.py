"""Where the socket is."""

from pathlib import Path

from bgpkit.control import own_socket, socket_to_ask
from bgpkit.control.place import SYSTEM_SOCKET


def test_a_daemon_puts_it_where_it_is_told_or_usual() -> None:
    """The variable, systemd's folder, the machine's place for root, the user's own else."""
    users = {"XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/me"}
    assert own_socket({"BGPKIT_SOCKET": "/x", "RUNTIME_DIRECTORY": "/y"}, 0) == Path("/x")
    assert own_socket({"RUNTIME_DIRECTORY": "/run/a:/run/b"}, 7) == Path("/run/a/bgpkit.sock")
    assert own_socket(users, 0) == SYSTEM_SOCKET
    assert own_socket(users, 7) == Path("/run/user/7/bgpkit.sock")
    assert own_socket({"HOME": "/home/me"}, 7) == Path("/home/me/.bgpkit.sock")


def test_a_command_looks_for_the_users_own_first(tmp_path: Path) -> None:
    """Then for the machine's."""
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert socket_to_ask(environment) == SYSTEM_SOCKET
    (tmp_path / "bgpkit.sock").touch()
    assert socket_to_ask(environment) == tmp_path / "bgpkit.sock"
    assert socket_to_ask({**environment, "BGPKIT_SOCKET": "/x"}) == Path("/x")
