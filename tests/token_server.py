"""A real OAuth 2 token endpoint for tests: it issues tokens, and can be made to misbehave.

with token_server("one", "two") as endpoint:
    endpoint.answer(401, {"error": "invalid_client", "error_description": "AADSTS7000215: …"})
"""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

SECRET = "client~Secret.of-the.App"


class Endpoint:
    """A running token endpoint and a record of its requests."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self._tokens = tokens
        self.url = ""
        self.asked: list[dict[str, str]] = []
        """The fields of each request."""
        self.expires_in: object = 3600
        self.status, self.headers = 200, dict[str, str]()
        self.body: bytes | None = None
        self.stalls = threading.Event()
        """While set, the endpoint sends no response."""
        self.drips = threading.Event()
        """While set, the endpoint sends a response that never ends."""
        self.over = threading.Event()

    def answer(
        self, status: int, body: Mapping[str, Any] | bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send this response to every later request."""
        self.status, self.headers = status, dict(headers or {})
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def usual(self) -> bytes:
        """Return a token response: each token once, in order; the last one repeatedly."""
        token = self._tokens[min(len(self.asked), len(self._tokens)) - 1]
        return json.dumps(
            {"token_type": "Bearer", "access_token": token, "expires_in": self.expires_in}
        ).encode()

    def environ(self, **more: str) -> dict[str, str]:
        """Return the settings that make the Studio use this endpoint, as environment variables."""
        return {
            "STUDIO_SMTP_AUTH": "oauth2",
            "STUDIO_SMTP_OAUTH2_TOKEN_URL": self.url,
            "STUDIO_SMTP_OAUTH2_CLIENT_ID": "the-app",
            "STUDIO_SMTP_OAUTH2_SCOPE": "https://outlook.office365.com/.default",
            "STUDIO_SMTP_PASSWORD": SECRET,
            **more,
        }


@contextlib.contextmanager
def token_server(*tokens: str) -> Iterator[Endpoint]:
    """Run an endpoint until the block ends; it issues ``tokens`` in order."""
    endpoint = Endpoint(tokens)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            fields = parse_qs(self.rfile.read(length).decode(), strict_parsing=True)
            endpoint.asked.append({name: values[0] for name, values in fields.items()})
            if endpoint.stalls.is_set():
                endpoint.over.wait(60)
                return
            if endpoint.drips.is_set():
                with contextlib.suppress(OSError):
                    self.wfile.write(b"HTTP/1.0 200 ok\r\n\r\n")
                    while not endpoint.over.wait(0.02):
                        self.wfile.write(b" ")
                return
            content = endpoint.usual() if endpoint.body is None else endpoint.body
            self.send_response(endpoint.status)
            for name, value in endpoint.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/token"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
