"""Public keys: which are accepted and which are refused (A1)."""

import base64
from pathlib import Path

import pytest

from studio_tui.domain.people.ssh_keys import FINGERPRINT, parse_public_key
from studio_tui.domain.shared.errors import Refused

FILES = Path(__file__).parents[2] / "files" / "ssh"


def field(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


def number(value: int) -> bytes:
    return field(value.to_bytes(value.bit_length() // 8 + 1))


def line(kind: str, *fields: bytes) -> str:
    blob = field(kind.encode()) + b"".join(fields)
    return f"{kind} {base64.b64encode(blob).decode()}"


POINT = b"\x04" + b"p" * 64
ED25519 = line("ssh-ed25519", field(b"k" * 32))
RSA_3072 = line("ssh-rsa", number(65537), number((1 << 3071) + 1))
GOOD = {
    "ssh-ed25519": (ED25519, 256),
    "ssh-rsa": (RSA_3072, 3072),
    "ecdsa-sha2-nistp256": (line("ecdsa-sha2-nistp256", field(b"nistp256"), field(POINT)), 256),
    "sk-ssh-ed25519@openssh.com": (
        line("sk-ssh-ed25519@openssh.com", field(b"k" * 32), field(b"ssh:")),
        256,
    ),
    "sk-ecdsa-sha2-nistp256@openssh.com": (
        line(
            "sk-ecdsa-sha2-nistp256@openssh.com",
            field(b"nistp256"),
            field(POINT),
            field(b"ssh:studio"),
        ),
        256,
    ),
}


@pytest.mark.parametrize("kind", GOOD)
def test_keys_of_every_kind_are_accepted(kind: str) -> None:
    text, bits = GOOD[kind]
    key = parse_public_key(f"{text} Ann's \x1b[31mlaptop\n")
    assert (key.kind, key.bits, key.text) == (kind, bits, text)
    assert key.comment == "Ann's [31mlaptop"
    assert FINGERPRINT.fullmatch(key.fingerprint)


BODY = ED25519.partition(" ")[2]
BAD = {
    "nothing": "",
    "a word": "hello",
    "only a kind": "ssh-ed25519",
    "only a key": BODY,
    "two keys": f"{ED25519}\n{ED25519}\n",
    "a second line": f'{ED25519}\ncommand="sh" {ED25519}',
    "a line by another sign": f"{ED25519}\u2028{ED25519}",
    "a carriage return": f"{ED25519} x\r{ED25519}",
    "options": f"no-pty {ED25519}",
    "a command": f'command="sh" {ED25519}',
    "options behind a tab": f"cert-authority\t{ED25519}",
    "an authority": f"@cert-authority * {ED25519}",
    "another kind outside": f"ssh-rsa {BODY}",
    "no base64": f"ssh-ed25519 {BODY[:-1]}!",
    "not all of it": f"ssh-ed25519 {BODY[:-4]}",
    "padding that is none": f"ssh-ed25519 {BODY}====",
    "more behind it": line("ssh-ed25519", field(b"k" * 32), field(b"x")),
    "too short": line("ssh-ed25519", field(b"k" * 31)),
    "a size that lies": "ssh-ed25519 " + base64.b64encode(b"\xff\xff\xff\xff").decode(),
    "weak RSA": line("ssh-rsa", number(65537), number((1 << 2047) + 1)),
    "endless RSA": line("ssh-rsa", number(65537), number((1 << 16385) + 1)),
    "even RSA": line("ssh-rsa", number(65537), number(1 << 3071)),
    "RSA without an exponent": line("ssh-rsa", number(1), number((1 << 3071) + 1)),
    "negative RSA": line("ssh-rsa", field(b"\xff"), number((1 << 3071) + 1)),
    "RSA with zeros before it": line("ssh-rsa", field(b"\0\0\3"), number((1 << 3071) + 1)),
    "DSA": line("ssh-dss", number(7), number(7), number(7), number(7)),
    "a certificate": line("ssh-ed25519-cert-v01@openssh.com", field(b"k" * 32)),
    "another curve": line("ecdsa-sha2-nistp256", field(b"nistp384"), field(POINT)),
    "a compressed point": line("ecdsa-sha2-nistp256", field(b"nistp256"), field(b"\x02" * 65)),
    "a web key": line("sk-ssh-ed25519@openssh.com", field(b"k" * 32), field(b"https://x")),
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n",
}


@pytest.mark.parametrize("what", BAD)
def test_an_invalid_key_is_refused(what: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_public_key(BAD[what])
    assert refused.value.message.isprintable()


def test_a_private_key_is_named_and_not_printed() -> None:
    with pytest.raises(Refused, match="private key") as refused:
        parse_public_key(BAD["a private key"])
    assert "b3BlbnNz" not in refused.value.message


@pytest.mark.parametrize("shown", (FILES / "fingerprints.txt").read_text().splitlines())
def test_the_fingerprint_is_that_of_openssh(shown: str) -> None:
    """Compared with the output of ``ssh-keygen -lf`` for keys that it made."""
    name, *expected = shown.split()
    key = parse_public_key((FILES / name).read_text())
    assert [str(key.bits), key.fingerprint] == expected
