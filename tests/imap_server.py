"""A small IMAP server for tests with one folder.

It implements the commands for reading that folder once, and can cut connections.
"""

import re
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

_BY_NUMBER = re.compile(r"(\d+):(\d+)")


@dataclass
class Mailbox:
    """The mails of the server and a record of the client's requests."""

    mails: list[bytes]
    username: str = "studio"
    password: str = "pässword"
    tokens: list[str] = field(default_factory=list)
    folder: str = "INBOX"
    seen: set[int] = field(default_factory=set)
    """The numbers of the mails with the flag ``\\Seen``, from 1 on."""
    fetched: list[int] = field(default_factory=list)
    logins: int = 0
    hang_up_after: list[int] = field(default_factory=list)
    """Number of commands after which each connection in turn is cut; without an entry, never."""
    untagged: dict[str, Iterable[bytes]] = field(default_factory=dict)
    """What is sent before the answer to a command, besides the usual; it may have no end."""
    port: int = 0
    authority: str = ""
    """The certificate of the authority that signed that of the server, as PEM."""


class _Connection(socketserver.StreamRequestHandler):
    box: Mailbox
    context: ssl.SSLContext | None

    def handle(self) -> None:
        if self.context is not None:
            self.request = self.context.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        left = self.box.hang_up_after.pop(0) if self.box.hang_up_after else -1
        self._say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2] ready")
        while left and (line := self.rfile.readline()):
            left -= 1
            tag, _, rest = line.decode().strip().partition(" ")
            command, _, arguments = rest.partition(" ")
            with suppress(ConnectionError):
                for each in self.box.untagged.get(command.upper(), ()):
                    self.wfile.write(each)
            self._say(f"{tag} {self._answer(command.upper(), arguments)}")
            if command.upper() == "LOGOUT":
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _answer(self, command: str, arguments: str) -> str:
        match command:
            case "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2")
            case "AUTHENTICATE":
                return self._login(arguments)
            case "SELECT":
                if arguments.strip('"') != self.box.folder:
                    return "NO [NONEXISTENT] no such folder"
                self._say(f"* {len(self.box.mails)} EXISTS")
                self._say("* OK [UIDVALIDITY 7] valid")
            case "UID":
                return self._uid(arguments)
            case "LOGOUT":
                self._say("* BYE")
        return "OK done"

    def _login(self, way: str) -> str:
        self.box.logins += 1
        self._say("+ ")
        said = b64decode(self.rfile.readline()).decode()
        if way == "PLAIN":
            right = said == f"\0{self.box.username}\0{self.box.password}"
            return "OK in" if right else "NO [AUTHENTICATIONFAILED] wrong"
        token = said.split("auth=Bearer ")[1].strip("\x01")
        if token in self.box.tokens:
            return "OK in"
        self._say("+ eyJzdGF0dXMiOiI0MDAifQ==")
        self.rfile.readline()
        return "NO AUTHENTICATE failed"

    def _uid(self, arguments: str) -> str:
        command, numbers, *rest = arguments.split(" ", 2)
        box = self.box
        if command == "SEARCH":
            first, last = map(int, _BY_NUMBER.fullmatch(numbers).groups())  # type: ignore[union-attr]
            there = range(first, min(last, len(box.mails)) + 1)
            self._say(f"* SEARCH {' '.join(str(100 + n) for n in there if n not in box.seen)}")
            return "OK found"
        wanted = [int(each) - 100 for each in numbers.split(",")]
        if command == "STORE":
            assert "\\Seen" in rest[0]
            box.seen |= set(wanted)
            return "OK stored"
        for number in wanted:
            mail = box.mails[number - 1]
            if mail:
                box.fetched.append(number)
                self._say(f"* {number} FETCH (UID {100 + number} BODY[]<0> {{{len(mail)}}}", mail)
                self._say(")")
        return "OK fetched"

    def _say(self, line: str, literal: bytes = b"") -> None:
        self.wfile.write(line.encode() + b"\r\n" + literal)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignore the error of a client that hangs up: it is not a failure of the test."""


@contextmanager
def imap_server(box: Mailbox, *, tls: bool = False) -> Iterator[Mailbox]:
    """Run the server until the block ends."""
    context = None
    if tls:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        box.authority = authority.cert_pem.bytes().decode()
    handler = type("Connection", (_Connection,), {"box": box, "context": context})
    with _Server(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
