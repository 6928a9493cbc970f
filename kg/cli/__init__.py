"""The command line: parse options, call, print. The one place that turns a KgError into text and an exit code.

Exit codes: 0 done, 1 ran and the answer is "no" (or not all could be done), 2 could not run.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import Annotated

import typer

from kg.errors import KgError

COMMANDS = ("build", "query", "view", "entities", "score", "models")

app = typer.Typer(
    name="kg",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Bulgarian diplomatic news as a knowledge graph: who met whom, when, where, about what, in what status, "
    "and who says so.\n\nBegin with: kg build data/news",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"kg {version('diplokg')}")
        raise typer.Exit


@app.callback()
def _kg(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


for _name in COMMANDS:
    if importlib.util.find_spec(f"kg.cli.{_name}"):
        importlib.import_module(f"kg.cli.{_name}").register(app)


def main() -> None:
    """The program `kg`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except KgError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
