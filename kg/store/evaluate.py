"""One query in a process of its own, so that a deadline can end it: `main` with the arguments STATE LIMIT, the query on stdin.

Oxigraph cannot be asked to stop a query; a process can be killed. Standard output is one line of JSON that says what
follows and whether it was cut, then SPARQL JSON or N-Triples. Exit code 3: the query is wrong, 4: the database is; the message on stderr.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from kg.errors import QueryError, StoreError
from kg.store.answer import Answer, answer_of

WRONG_QUERY, DAMAGED = 3, 4


def evaluate_apart(state: Path, text: str, timeout: float, limit: int | None) -> Answer:
    """The Answer of the database folder `state`, or QueryError when it takes longer than `timeout` seconds.

    Raises RuntimeError, as Oxigraph does, when the database cannot be read.
    """
    import pyoxigraph

    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    begin = "from kg.store.evaluate import main; main()"
    command = [sys.executable, "-c", begin, str(state), "" if limit is None else str(limit)]
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=timeout,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
    except subprocess.TimeoutExpired:
        raise QueryError(
            f"the query was stopped after {timeout:g} s; make it narrower or give it more time: --timeout"
        ) from None
    if done.returncode == WRONG_QUERY:
        raise QueryError(done.stderr.decode().strip())
    if done.returncode == DAMAGED:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise StoreError(f"the query could not be evaluated on {state}: {last[0]}")
    line, _, payload = done.stdout.partition(b"\n")
    head = json.loads(line)
    if head["kind"] == "triples":
        triples = tuple(quad.triple for quad in pyoxigraph.parse(payload, pyoxigraph.RdfFormat.N_TRIPLES))
        return Answer(triples=triples, cut=head["cut"])
    answer = answer_of(pyoxigraph.parse_query_results(payload, pyoxigraph.QueryResultsFormat.JSON))
    return Answer(answer.variables, answer.rows, answer.boolean, cut=head["cut"])


def main() -> None:
    import pyoxigraph

    state, limit = sys.argv[1:]
    try:
        store = pyoxigraph.Store.read_only(state) if state else pyoxigraph.Store()
        results = store.query(sys.stdin.buffer.read().decode(), use_default_graph_as_union=True)
        answer = answer_of(results, int(limit) if limit else None)
    except SyntaxError as error:
        print(f"the query is not valid SPARQL: {error}", file=sys.stderr)
        sys.exit(WRONG_QUERY)
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        sys.exit(DAMAGED)
    kind = "triples" if answer.triples is not None else "rows"
    body = answer.written("ntriples" if kind == "triples" else "json")
    sys.stdout.buffer.write(f"{json.dumps({'kind': kind, 'cut': answer.cut})}\n{body}".encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
