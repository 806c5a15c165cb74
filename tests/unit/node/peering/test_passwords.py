"""Passwords in files, laid out as Kubernetes mounts Secrets; no octet of one is in any text."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bgpkit import Secret
from bgpkit_node.errors import PasswordError
from bgpkit_node.peering.passwords import PasswordFolder, no_passwords, password_of, stand_in
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef

REF = SecretKeyRef(name="bgp", key="router")


def written(folder: Path, octets: bytes, mode: int = 0o600) -> Path:
    """Write the file that REF refers to."""
    file = folder / "bgp" / "router"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(octets)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("octets", [b"s3cret", b"s3cret\n", b"s3cret\r\n"])
def test_a_line_end_behind_a_password_does_not_count(tmp_path: Path, octets: bytes) -> None:
    """Whoever writes it with an editor means the same."""
    written(tmp_path, octets)
    assert PasswordFolder(tmp_path).password(REF) == Secret("s3cret")


def test_a_mounted_secret_is_read_through_its_links(tmp_path: Path) -> None:
    """Kubernetes changes all keys of a secret at once by turning a link."""
    for name, text in (("..1", "one"), ("..2", "two")):
        (tmp_path / "bgp" / name).mkdir(parents=True)
        (tmp_path / "bgp" / name / "router").write_text(text)
    (tmp_path / "bgp" / "..data").symlink_to("..1")
    (tmp_path / "bgp" / "router").symlink_to("..data/router")
    folder = PasswordFolder(tmp_path)
    assert folder.password(REF) == Secret("one")
    (tmp_path / "bgp" / "..next").symlink_to("..2")
    (tmp_path / "bgp" / "..next").rename(tmp_path / "bgp" / "..data")
    assert folder.changed()
    assert folder.password(REF) == Secret("two")


def test_a_file_that_comes_changes_or_goes_is_noticed(tmp_path: Path) -> None:
    """Until it has been read again; files that nobody has asked for are not looked at."""
    folder = PasswordFolder(tmp_path)
    written(tmp_path, b"unasked")
    assert not folder.changed()
    file = written(tmp_path, b"one")
    folder.password(REF)
    assert not folder.changed()
    written(tmp_path, b"two")
    assert folder.changed()
    folder.password(REF)
    assert not folder.changed()
    file.unlink()
    assert folder.changed()
    with pytest.raises(PasswordError):
        folder.password(REF)
    assert not folder.changed()
    written(tmp_path, b"two")
    assert folder.changed()


@pytest.mark.parametrize(
    ("octets", "words"), [(b"", "has 0 octets"), (b"\n", "has 0 octets"), (b"x" * 81, "has 81 octets")]
)
def test_what_cannot_be_a_password_is_refused_with_a_sentence(tmp_path: Path, octets: bytes, words: str) -> None:
    """It names the file."""
    file = written(tmp_path, octets)
    with pytest.raises(PasswordError, match=words) as caught:
        PasswordFolder(tmp_path).password(REF)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(("name", "key"), [("..", "k"), ("a/b", "k"), ("", "k"), ("a", "../../etc/shadow"), ("a", ".")])
def test_a_reference_does_not_lead_out_of_the_folder(tmp_path: Path, name: str, key: str) -> None:
    """Whoever may write resources may not read files."""
    with pytest.raises(PasswordError, match="is no file name"):
        PasswordFolder(tmp_path).password(SecretKeyRef(name=name, key=key))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_named_once(tmp_path: Path, mode: int) -> None:
    """In a warning with the cure, without a word of what is in it; the password counts."""
    file = written(tmp_path, b"s3cret", mode)
    folder = PasswordFolder(tmp_path)
    with capture_logs() as told:
        assert folder.password(REF) == folder.password(REF) == Secret("s3cret")
    assert [(entry["event"], entry["file"], entry["advice"]) for entry in told] == [
        ("password.readable_by_others", str(file), f"chmod 600 {file}")
    ]
    assert "s3cret" not in repr(told)
    file.chmod(0o600)
    with capture_logs() as told:
        PasswordFolder(tmp_path).password(REF)
    assert told == []


def test_without_a_folder_no_password_is_found_and_none_is_asked_for_where_there_is_no_reference() -> None:
    """A stand-in differs as references do, and is none of the passwords."""
    asked = BgpPassword(secret_key_ref=REF)
    assert password_of(None, no_passwords) is None
    assert password_of(BgpPassword(), no_passwords) is None
    with pytest.raises(PasswordError):
        password_of(asked, no_passwords)
    assert stand_in(REF) == stand_in(REF) != stand_in(SecretKeyRef(name="bgp", key="other"))
    assert len(stand_in(SecretKeyRef(name="n" * 253, key="k"))) <= 80


def test_an_optional_password_that_is_not_there_is_none_until_it_is(tmp_path: Path) -> None:
    """Kubernetes mounts no file then; its coming is noticed. One that cannot be read is a fault all the same."""
    folder = PasswordFolder(tmp_path)
    optional = BgpPassword(secret_key_ref=SecretKeyRef(name="bgp", key="router", optional=True))
    assert password_of(optional, folder.password) is None
    written(tmp_path, b"s3cret")
    assert folder.changed()
    assert password_of(optional, folder.password) == Secret("s3cret")
    written(tmp_path, b"")
    with pytest.raises(PasswordError, match="has 0 octets"):
        password_of(optional, folder.password)
    asked = BgpPassword(secret_key_ref=SecretKeyRef(name="gone", key="router", optional=False))
    with pytest.raises(PasswordError, match="No such file"):
        password_of(asked, folder.password)
