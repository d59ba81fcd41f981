"""A git server over HTTPS on the loopback address that lets the right token in alone."""

import re
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import make_server

CERTIFY = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 "
    "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem"
)


@contextmanager
def git_server(repository: Path, token: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a bare repository to those with the token; the answer to the first push is lost.

    Yield its address and the credentials that come; ``certificate.pem`` is beside the repository.
    """
    folder, asked, lost = repository.parent, list[str](), list[bytes]()
    expected = "basic " + b64encode(f"x-access-token:{token}".encode()).decode()
    subprocess.run(CERTIFY.split(), cwd=folder, check=True, capture_output=True)

    def answer(request: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(request.get("HTTP_AUTHORIZATION", "none"))  # several: with commas
        if asked[-1] != expected:
            start("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="git"')])
            return []
        environ = {name: text for name, text in request.items() if not re.match("wsgi|GIT_", name)}
        environ |= {"GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1"}
        environ |= {"GIT_PROTOCOL": request.get("HTTP_GIT_PROTOCOL", ""), "REMOTE_USER": "someone"}
        body = request["wsgi.input"].read(int(request["CONTENT_LENGTH"] or 0))
        said = subprocess.check_output(["git", "http-backend"], input=body, env=environ)
        if request["PATH_INFO"].endswith("/git-receive-pack") and not lost:
            lost.append(said)
            raise ConnectionResetError  # here the connection ends
        head, _, content = said.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        start(fields.pop("Status", "200 OK"), list(fields.items()))
        return [content]

    with make_server("127.0.0.1", 0, answer) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}/{repository.name}", asked
        server.shutdown()
