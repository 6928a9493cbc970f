"""The options that several commands share: one name, one meaning, one environment variable each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from kg.errors import RuleError
from kg.models import NAMES
from kg.stages import Settings

Store: TypeAlias = Annotated[
    str,
    typer.Option("--store", envvar="KG_STORE", help="Folder of the store, or the URL of a SPARQL 1.1 server."),
]
Model: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        envvar="KG_MODEL",
        help="Language models: `bg-quick` reads more than twice as fast and a little worse, `stanza` is the official package "
        "(kg models pull), else a folder in Stanza's layout. Without it: `bg-compact`, which comes with kg.",
    ),
]
Rules: TypeAlias = Annotated[
    Path | None,
    typer.Option("--rules", envvar="KG_RULES", help="Folder of rule files (*.toml) instead of those of kg."),
]
Gazetteer: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--gazetteer", envvar="KG_GAZETTEER", help="A gazetteer file of yours, besides that of kg; repeatable."
    ),
]
Verdicts: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--verdicts", envvar="KG_VERDICTS", help="File of human verdicts on who is who (TSV); else data/same.tsv."
    ),
]
Jobs: TypeAlias = Annotated[
    int,
    typer.Option("--jobs", "-j", min=0, envvar="KG_JOBS", help="Processes that read and parse; 0 means one a core."),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

DEFAULT_STORE = ".kg"
DEFAULT_VERDICTS = Path("data/same.tsv")  # read where it exists, made by the first verdict


def settings(
    model: str | None = None,
    rules: Path | None = None,
    gazetteer: list[Path] | None = None,
    verdicts: Path | None = None,
) -> Settings:
    """The options of a command as the settings of a build, with absolute paths. Raises RuleError without such rules."""
    if rules and not rules.is_dir():
        raise RuleError(f"{rules}: there is no such folder of rules (*.toml); give one with --rules, or leave it out")
    return Settings(
        model=model if model in (None, *NAMES) else str(Path(model).absolute()),
        rules=str(rules.absolute()) if rules else None,
        gazetteer=tuple(str(path.absolute()) for path in gazetteer or ()),
        verdicts=str((verdicts or DEFAULT_VERDICTS).absolute()),
    )
