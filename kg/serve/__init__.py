"""`kg serve`: the store as a SPARQL 1.1 endpoint, with the site and a page for questions, on this machine.

The endpoint is Oxigraph's own server, read-only, on a port of its own that no one is told. In front of it stands a
small door: it serves files, lets no query call another host, and asks for a token where it listens to other machines.
When a build gives the store a new state, the next question is answered from it.

    /             the site: a folder with an index.html, or one page; without one, the page for questions
    /query.html   the page for questions, which loads nothing from elsewhere
    /queries.json the questions with names
    /ask/NAME     the answer to one of them, its parameters as ?actor=...
    /sparql       SPARQL 1.1 Protocol: GET ?query=, POST as a form or as application/sparql-query
"""

from __future__ import annotations

import functools
import hmac
import http.client
import http.server
import ipaddress
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kg import resources
from kg.errors import KgError, QueryError, StoreError
from kg.store import LocalStore
from kg.store.sparql import bind, parameters, question, refuse_other_hosts

LONGEST = 1_000_000  # bytes of a query
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Endpoint:
    """Oxigraph's server over the current state of a store; started again when the store has a newer one."""

    store: LocalStore
    timeout: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: subprocess.Popen[bytes] | None = None
    _state: Path | None = None
    _url: str = ""
    _empty: tempfile.TemporaryDirectory[str] | None = None

    def url(self) -> str:
        """Where the server answers queries now."""
        with self._lock:
            if self._server is None or self._server.poll() is not None or self.store.current != self._state:
                self._start()
            return self._url

    def stop(self, url: str) -> None:
        """End the server that answered at `url`, and with it a query that Oxigraph itself does not stop in time."""
        with self._lock:
            if self._server is not None and self._url == url:
                self._server.kill()

    def close(self) -> None:
        """End the server and let go of the state."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            self._server = None
        self.store.close()
        if self._empty:
            self._empty.cleanup()
            self._empty = None

    def _start(self) -> None:
        self.close()
        self._state = self.store.hold()
        if self._state is None:
            self._empty = tempfile.TemporaryDirectory()
        port = _free_port()
        command = [oxigraph(), "serve-read-only" if self._state else "serve", "--bind", f"127.0.0.1:{port}"]
        command += ["--location", str(self._state or self._empty.name)]  # type: ignore[union-attr]
        command += ["--union-default-graph", "--timeout-s", f"{max(1, round(self.timeout))}"]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._url = f"http://127.0.0.1:{port}/query"
        for _ in range(600):
            if self._server.poll() is not None:
                said = (self._server.stderr.read() if self._server.stderr else b"").decode("utf-8", "replace").strip()
                raise StoreError(f"Oxigraph's server could not open {self._state}: {said}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise StoreError("Oxigraph's server does not answer; try again")


def oxigraph() -> str:
    """The program of the package `oxigraph`. Raises KgError where it is not installed."""
    beside = Path(sys.executable).parent / "oxigraph"
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if not program:
        raise KgError("kg serve needs the program oxigraph; install it: pip install 'diplokg[serve]'")
    return program


def open_door(
    store: LocalStore, host: str, port: int, *, site: Path | None, token: str | None, timeout: float
) -> http.server.ThreadingHTTPServer:
    """A server that is bound and has its endpoint running; call its `serve_forever`, then `server_close`.

    Port 0 takes any free one. Raises KgError where `host` is not of this machine alone and there is no token.
    """
    if not _is_loopback(host) and not token:
        raise KgError(f"{host} can be reached from other machines; give a token as well: --token, or KG_SERVE_TOKEN")
    endpoint = Endpoint(store, timeout)
    endpoint.url()

    class Door(_Door):
        pass

    Door.endpoint, Door.site, Door.token = endpoint, site.resolve() if site else None, token
    Door.local_only = _is_loopback(host)
    try:
        server = http.server.ThreadingHTTPServer((host, port), Door)
    except OSError as error:
        endpoint.close()
        raise KgError(f"cannot listen at {host}:{port}: {error.strerror}; choose another with --port") from error
    server.daemon_threads = True
    server.server_close = functools.partial(_close_both, server.server_close, endpoint)  # type: ignore[method-assign]
    return server


def _close_both(close: Callable[[], None], endpoint: Endpoint) -> None:
    close()
    endpoint.close()


class _Door(http.server.BaseHTTPRequestHandler):
    """One request at the door."""

    endpoint: Endpoint
    site: Path | None
    token: str | None
    local_only: bool
    server_version = "kg"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """No log: a query may hold what only its author should see."""

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        if self.local_only and not self._is_meant_for_us():
            self._send(421, "text/plain", b"this server answers for this machine only\n")
        elif self.token and not self._has_token():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Bearer realm="kg"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/sparql":
            self._sparql(urllib.parse.parse_qs(query))
        elif path.startswith("/ask/"):
            self._ask(path.removeprefix("/ask/"), dict(urllib.parse.parse_qsl(query)))
        elif self.command == "POST":
            self._send(405, "text/plain", b"only /sparql takes POST\n")
        elif path == "/queries.json":
            self._send(200, "application/json", _questions())
        else:
            self._file(urllib.parse.unquote(path))

    def _is_meant_for_us(self) -> bool:
        """Whether the Host header names this machine: no web page elsewhere can make a browser read the store."""
        name = urllib.parse.urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        return name == "localhost" or _is_loopback(name)

    def _has_token(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), (self.token or "").encode())

    def _sparql(self, asked: dict[str, list[str]]) -> None:
        kind = self.headers.get_content_type()
        if self.command == "POST":
            length = int(self.headers.get("Content-Length") or 0)
            if length > LONGEST:
                self._send(413, "text/plain", f"a query may have {LONGEST} bytes\n".encode())
                return
            body = self.rfile.read(length).decode("utf-8", "replace")
            if kind == FORM:
                asked = {**asked, **urllib.parse.parse_qs(body)}
            elif kind == QUERY:
                asked = {**asked, "query": [body]}
            else:
                self._send(415, "text/plain", f"send {FORM} or {QUERY}; updates are not taken\n".encode())
                return
        if "update" in asked:
            self._send(403, "text/plain", b"this server is for reading; updates are not taken\n")
            return
        if len(asked.get("query", [])) != 1:
            self._send(400, "text/plain", b"give one query\n")
            return
        try:
            refuse_other_hosts(asked["query"][0])
        except QueryError as error:
            self._send(403, "text/plain", f"{error}\n".encode())
            return
        taken = ("query", "default-graph-uri", "named-graph-uri")
        fields: dict[str, list[str]] = {name: asked[name] for name in taken if name in asked}
        self._forward(urllib.parse.urlencode(fields, doseq=True).encode())

    def _ask(self, name: str, values: dict[str, str]) -> None:
        file = resources.path("ontology") / "queries" / f"{name}.rq"
        if not name.replace("-", "").isalpha() or not file.is_file():
            self._send(404, "text/plain", b"no such question; see /queries.json\n")
            return
        text = file.read_text("utf-8")
        if missing := {parameter.name for parameter in parameters(text)} ^ values.keys():
            self._send(400, "text/plain", f"missing or unknown: {', '.join(sorted(missing))}\n".encode())
            return
        self._forward(urllib.parse.urlencode({"query": bind(text, values)}).encode())

    def _forward(self, form: bytes) -> None:
        headers = {"Content-Type": FORM, "Accept": self.headers.get("Accept", "*/*")}
        for last in (False, True):
            url = self.endpoint.url()
            try:
                with _DIRECT.open(urllib.request.Request(url, form, headers), timeout=self.endpoint.timeout) as reply:
                    body = _read(reply, time.monotonic() + self.endpoint.timeout)
                self._send(reply.status, reply.headers["Content-Type"], body)
                return
            except urllib.error.HTTPError as error:
                self._send(error.code, error.headers.get("Content-Type", "text/plain"), error.read())
                return
            except TimeoutError:
                self.endpoint.stop(url)
                said = f"the query was stopped after {self.endpoint.timeout:g} s; make it narrower\n"
                self._send(504, "text/plain", said.encode())
                return
            except (OSError, http.client.HTTPException):  # the server was ended: a newer state, or another's slow query
                if last:
                    self._send(503, "text/plain", b"the server was started again meanwhile; ask again\n")

    def _file(self, path: str) -> None:
        file = self._page(path)
        if file:
            self._send(200, _media_type(file), file.read_bytes())
            return
        if path in ("/", "/query.html"):
            page = Path(__file__).with_name("query.html")
            self._send(200, "text/html; charset=utf-8", page.read_bytes())
        else:
            self._send(404, "text/plain", b"no such page\n")

    def _page(self, path: str) -> Path | None:
        """The file of the site at `path`; nothing outside it, nothing hidden."""
        if self.site is None or self.site.is_file():
            return self.site if path == "/" else None
        name = path.lstrip("/") or "index.html"
        if "\0" in name:
            return None
        file = (self.site / name).resolve()
        inside = file.is_relative_to(self.site) and not any(part.startswith(".") for part in Path(name).parts)
        return file if inside and file.is_file() else None

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@functools.cache
def _questions() -> bytes:
    listed = []
    for file in sorted((resources.path("ontology") / "queries").glob("*.rq")):
        text = file.read_text("utf-8")
        en, bg = question(text)
        listed.append(
            {
                "name": file.stem,
                "en": en,
                "bg": bg,
                "query": text,
                "parameters": [{"name": p.name, "kind": p.kind, "example": p.example} for p in parameters(text)],
            }
        )
    return json.dumps(listed, ensure_ascii=False).encode()


def _read(reply: http.client.HTTPResponse, deadline: float) -> bytes:
    parts = []
    while part := reply.read1(1 << 20):
        parts.append(part)
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(parts)


def _media_type(file: Path) -> str:
    import mimetypes

    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
