"""A git server over HTTPS on the loopback address that lets the right token in alone."""

import base64
import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


@dataclass
class Served:
    """A repository being served: to whom, who asked, and how many pushes get no answer."""

    expected: str
    address: str = ""
    certificate: Path = Path()
    asked: list[str] = field(default_factory=list)
    unanswered: int = 0


@contextmanager
def git_server(repository: Path, token: str) -> Iterator[Served]:
    """Serve the bare repositories beside this one, fetches and pushes, to those with the token."""
    folder, basic = repository.parent, base64.b64encode(f"x-access-token:{token}".encode()).decode()
    served = Served(f"basic {basic}", certificate=folder / "certificate.pem")
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    new += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    new += ["-keyout", str(folder / "key.pem"), "-out", str(served.certificate)]
    subprocess.run(new, check=True, capture_output=True)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = self.headers.get_all("Authorization", ["none"])
            served.asked.extend(given)
            if given != [served.expected]:
                self.answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
                return
            head, _, content = self.backend(body).partition(b"\r\n\r\n")
            if self.path.endswith("/git-receive-pack") and served.unanswered:
                served.unanswered -= 1
                self.close_connection = True
                return
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.answer(int(fields.pop("Status", "200").split()[0]), fields, content)

        do_POST = do_GET  # noqa: N815 (http.server's name for it)

        def backend(self, body: bytes) -> bytes:
            path, _, query = self.path.partition("?")
            names = {"CONTENT_TYPE": "Content-Type", "HTTP_CONTENT_ENCODING": "Content-Encoding",
                     "GIT_PROTOCOL": "Git-Protocol"}  # fmt: skip
            env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(folder), "PATH_INFO": path,
                   "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "someone",
                   "GIT_HTTP_EXPORT_ALL": "1", "CONTENT_LENGTH": str(len(body)),
                   **{key: self.headers.get(name, "") for key, name in names.items()}}  # fmt: skip
            command = ["git", "http-backend"]
            return subprocess.run(command, input=body, env=env, stdout=-1, check=True).stdout

        def answer(self, status: int, fields: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, text in (fields | {"Content-Length": str(len(content))}).items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(served.certificate, folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    served.address = f"https://127.0.0.1:{server.server_port}/{repository.name}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
