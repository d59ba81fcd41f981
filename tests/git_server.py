"""A git server over HTTPS on the loopback address that asks for a token."""

import re
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

CERTIFY = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
    "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
    "-keyout key.pem -out certificate.pem"
)


def basic(token: str) -> str:
    """Return what a request says when it brings a token."""
    return "basic " + b64encode(f"x-access-token:{token}".encode()).decode()


def answered(request: dict[str, Any], repository: Path) -> bytes:
    """Return what git answers to a request, head and content."""
    environ = {
        name: text for name, text in request.items() if not re.match("wsgi|GIT_", name)
    }
    environ["GIT_PROJECT_ROOT"] = str(repository.parent)
    environ["GIT_HTTP_EXPORT_ALL"] = "1"
    environ["GIT_PROTOCOL"] = request.get("HTTP_GIT_PROTOCOL", "")
    environ["REMOTE_USER"] = "someone"
    body = request["wsgi.input"].read(int(request["CONTENT_LENGTH"] or 0))
    return subprocess.check_output(["git", "http-backend"], input=body, env=environ)


@cache
def certificate() -> dict[str, bytes]:
    """Return a certificate and its key, by the names of their files."""
    with TemporaryDirectory() as folder:
        subprocess.run(CERTIFY.split(), cwd=folder, check=True, capture_output=True)
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


class Server(ThreadingMixIn, WSGIServer):
    """Several requests at once."""

    daemon_threads = True


class Answers:
    """The server's side: whom it lets in, and what it heard.

    Without a token everybody is let in. The first answer to a request whose path ends
    with ``lost`` does not arrive; the first one to a path that ends with ``stalled``
    stops midway.
    """

    def __init__(self, repository: Path, token: str, lost: str, stalled: str) -> None:
        self.repository = repository
        self.expected = basic(token) if token else ""
        self.lost = lost
        self.stalled = stalled
        self.credentials: list[str] = []
        self.closed = Event()

    def __call__(self, request: dict[str, Any], start: Any) -> Iterator[bytes]:
        given = request.get("HTTP_AUTHORIZATION", "none")  # several: with commas
        self.credentials.append(given)
        if self.expected and given != self.expected:
            asks = ("WWW-Authenticate", 'Basic realm="git"')
            start("401 Unauthorized", [asks, ("Content-Length", "0")])
            return
        said = answered(request, self.repository)
        if self.lost and request["PATH_INFO"].endswith(self.lost):
            self.lost = ""
            raise ConnectionResetError  # here the connection ends
        head, _, content = said.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        fields["Content-Length"] = str(len(content))
        start(fields.pop("Status", "200 OK"), list(fields.items()))
        if self.stalled and request["PATH_INFO"].endswith(self.stalled):
            self.stalled = ""
            yield content[:10]
            self.closed.wait()
            raise ConnectionResetError
        yield content


@contextmanager
def git_server(
    repository: Path, token: str = "", *, lost: str = "", stalled: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Serve a bare repository; yield its address and the credentials that come.

    ``certificate.pem`` is beside the repository.
    """
    folder = repository.parent
    for name, text in certificate().items():
        (folder / name).write_bytes(text)
    answers = Answers(repository, token, lost, stalled)
    with make_server("127.0.0.1", 0, answers, Server) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield (
            f"https://127.0.0.1:{server.server_port}/{repository.name}",
            answers.credentials,
        )
        answers.closed.set()
        server.shutdown()
