"""A store behind a SPARQL 1.1 server: queries, updates and the graph store protocol over HTTP.

The URL is that of the query service. Where updates and graphs go follows from it: beside `.../query` are `.../update`
and `.../store` (Oxigraph, Fuseki); any other service takes updates at the same URL (Virtuoso: /sparql-auth). A server
with other places has them named in KG_STORE_UPDATE and KG_STORE_GRAPHS. User and password are KG_STORE_USER and
KG_STORE_PASSWORD; they are sent only when the server asks (Basic or Digest) and never printed.

Every request may be sent twice without harm, so one that breaks is sent again. What a server lacks is one transaction
over many requests: a reader may see some graphs replaced and others not yet.
"""

from __future__ import annotations

import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping

from kg.errors import QueryError, StoreError
from kg.store.answer import Answer, answer_of
from kg.store.sparql import bind, form_of, refuse_other_hosts

BATCH = 1_000  # statements in one INSERT DATA: some servers refuse long ones
TRIES = 4
ROWS = "application/sparql-results+json"
TRIPLES = "application/n-triples, text/turtle;q=0.5"
FORM = "application/x-www-form-urlencoded"


class RemoteStore:
    """A store behind the SPARQL 1.1 service at `url`. Open it with `open_store`; it is a context manager."""

    def __init__(self, url: str, *, read_only: bool) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.username or parts.password:
            raise StoreError("leave user and password out of the store's URL; give KG_STORE_USER and KG_STORE_PASSWORD")
        beside = url.removesuffix("/query") if parts.path.endswith("/query") else None
        self.url = url
        self.read_only = read_only
        self._update_url = os.environ.get("KG_STORE_UPDATE") or (f"{beside}/update" if beside else url)
        self._graphs_url = os.environ.get("KG_STORE_GRAPHS") or (f"{beside}/store" if beside else None)
        self._opener = _opener((url, self._update_url, self._graphs_url or url))

    def __enter__(self) -> RemoteStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is kept open between two requests."""

    def graphs(self) -> tuple[str, ...]:
        """The names of all graphs, sorted."""
        found = self.query("SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } }")
        return tuple(sorted(row[0].value for row in found.rows))

    def quads(self, graph: str | None = None) -> Iterator[str]:
        """The N-Quads lines of one graph, or of all in the order of their names; sorted in each."""
        for name in self.graphs() if graph is None else (graph,):
            node = _node(name)
            answer = self.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}")
            yield from sorted(f"{triple} {node} ." for triple in answer.triples or ())

    def query(
        self,
        text: str,
        values: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
        limit: int | None = None,
    ) -> Answer:
        """The answer to a SPARQL query over the union of all graphs, as `LocalStore.query` gives it."""
        import pyoxigraph

        text = bind(text, values or {})
        refuse_other_hosts(text)
        form = {"query": text, "union-default-graph": "true"}
        if timeout is not None:
            form["timeout"] = str(int(timeout * 1000))
        accept = TRIPLES if form_of(text) in ("CONSTRUCT", "DESCRIBE") else ROWS
        kind, body = self._send(self.url, "POST", FORM, urllib.parse.urlencode(form).encode(), accept, timeout)
        if "json" in kind:
            return answer_of(pyoxigraph.parse_query_results(body, pyoxigraph.QueryResultsFormat.JSON), limit)
        format = pyoxigraph.RdfFormat.from_media_type(kind) or pyoxigraph.RdfFormat.TURTLE
        return answer_of((quad.triple for quad in pyoxigraph.parse(body, format)), limit)

    def replace(self, graphs: Mapping[str, Iterable[str]], remove: Iterable[str] = ()) -> None:
        """Let each graph of `graphs` (name -> its N-Quads lines) be exactly its lines, and drop the graphs of `remove`.

        Graph by graph; each in one request where the server has the graph store protocol, else in batches.
        """
        self._writing()
        for name in sorted(set(remove) - graphs.keys()):
            self._update(f"DROP SILENT GRAPH {_node(name)}")
        for name in graphs:
            node = _node(name)
            triples = [line[: -len(f" {node} .")] + " ." for line in graphs[name]]
            if self._graphs_url:
                url = f"{self._graphs_url}?{urllib.parse.urlencode({'graph': name})}"
                self._send(url, "PUT", "application/n-triples", "\n".join(triples).encode())
                continue
            self._update(f"DROP SILENT GRAPH {node}")
            for start in range(0, len(triples), BATCH):
                batch = "\n".join(triples[start : start + BATCH])
                self._update(f"INSERT DATA {{ GRAPH {node} {{\n{batch}\n}} }}")

    def update(self, text: str) -> None:
        """Carry out a SPARQL update."""
        self._writing()
        refuse_other_hosts(text)
        self._update(text)

    def _writing(self) -> None:
        if self.read_only:
            raise StoreError(f"the store {self.url} was opened for reading only")

    def _update(self, text: str) -> None:
        self._send(self._update_url, "POST", "application/sparql-update", text.encode())

    def _send(
        self, url: str, method: str, kind: str, body: bytes, accept: str = "*/*", timeout: float | None = None
    ) -> tuple[str, bytes]:
        """The media type and body of the reply; one whose connection broke is asked for again, ever more slowly."""
        request = urllib.request.Request(url, body, {"Content-Type": kind, "Accept": accept}, method=method)
        deadline = None if timeout is None else time.monotonic() + timeout
        for tried in range(1, TRIES + 1):
            try:
                with self._opener.open(request, timeout=600 if timeout is None else timeout) as reply:
                    return reply.headers.get_content_type(), _read(reply, deadline, timeout)
            except urllib.error.HTTPError as error:
                raise self._refused(error) from error
            except ValueError as error:  # urllib's word for a scheme that it has no handler for
                raise StoreError(f"the server {self.url} asks for another way to log in than a password: {error}") from error
            except TimeoutError as error:
                if timeout is not None:
                    raise _too_slow(timeout) from error
                broken: OSError = error
            except OSError as error:
                broken = error
            if tried < TRIES:
                time.sleep(0.2 * 4 ** (tried - 1))
        reason = getattr(broken, "reason", broken)
        raise StoreError(
            f"the server {self.url} does not answer ({reason}); see that it runs, then do it again: no harm is done"
        )

    def _refused(self, error: urllib.error.HTTPError) -> StoreError | QueryError:
        said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:300]
        if error.code in (401, 403):
            return StoreError(
                f"the server {self.url} does not let you in ({error.code}); set KG_STORE_USER and KG_STORE_PASSWORD"
            )
        if error.code == 400:
            return QueryError(f"the server {self.url} takes it for wrong SPARQL: {said}")
        return StoreError(f"the server {self.url} answers HTTP {error.code}: {said}")


def _opener(urls: Iterable[str]) -> urllib.request.OpenerDirector:
    """An opener that logs in where the server asks it to, and at no other address than `urls`."""
    user = os.environ.get("KG_STORE_USER")
    if not user:
        return urllib.request.build_opener()
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    for url in urls:
        passwords.add_password(None, url, user, os.environ.get("KG_STORE_PASSWORD", ""))
    return urllib.request.build_opener(
        urllib.request.HTTPBasicAuthHandler(passwords), urllib.request.HTTPDigestAuthHandler(passwords)
    )


def _read(reply, deadline: float | None, timeout: float | None) -> bytes:
    parts = []
    while part := reply.read1(1 << 20):
        parts.append(part)
        if deadline is not None and timeout is not None and time.monotonic() > deadline:
            raise _too_slow(timeout)
    return b"".join(parts)


def _too_slow(timeout: float) -> QueryError:
    return QueryError(f"the query was stopped after {timeout:g} s; make it narrower or give it more time: --timeout")


def _node(iri: str) -> str:
    if not re.fullmatch(r"[a-zA-Z][\w+.-]*:[^<>\"{}|\\^`\x00-\x20]*", iri):
        raise StoreError(f"{iri!r} is not an IRI, so it cannot name a graph")
    return f"<{iri}>"
