"""Write what the manual takes from the program itself: commands, functions, terms, answers on the sample.

    .venv/bin/python notebooks/write_manual.py            all pages; reads the sample corpus for the answers
    .venv/bin/python notebooks/write_manual.py --quick    only the pages that need no model (commands, functions, terms)
    .venv/bin/python notebooks/write_manual.py --measure  the figures of the README too: quality, speed here
    .venv/bin/python notebooks/write_manual.py --picture  the picture of the page too (needs Chromium)
    .venv/bin/python notebooks/write_manual.py --coverage how much of the program the manual explains; writes nothing

A page keeps what stands above its MARK, which is written by hand; what stands below is made anew. The tests make the
same pages in memory and compare, so that what the manual says is what the program does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANUAL = ROOT / "notebooks" / "manual"
MARK = "<!-- below this line the page is made by notebooks/write_manual.py -->\n"
LANGUAGES = ("en", "bg")
ROWS = 8  # of an answer that the manual shows
ACTOR = "Ралица Войнова"  # chosen in the picture
AGREEMENT = {"trigger": 0.95, "pair": 0.94, "pair+status": 0.91, "speaker": 0.98, "statement": 0.96}
FIGURES = {
    "trigger": "words that evoke an encounter",
    "participant": "named participants",
    "pair": "who met whom (pairs of actors)",
    "pair+status": "pairs with the right status",
    "speaker": "who is quoted",
    "statement": "statements with their speaker",
}
EVENT = """
PREFIX dip: <https://w3id.org/diplokg/ontology#>
PREFIX schema: <https://schema.org/>
SELECT ?id (COUNT(DISTINCT ?document) AS ?articles) WHERE {
  ?event a dip:Meeting ; schema:identifier ?id .
  ?claim dip:about ?event ; dip:inDocument ?document
} GROUP BY ?id ORDER BY DESC(?articles) ?id LIMIT 1
"""


# Commands.


def commands() -> Iterator[str]:
    """Every command with its arguments, options, defaults and environment variables, as the program declares them."""
    import typer.main

    from kg.cli import app

    for name, command in sorted(_leaves(typer.main.get_command(app), "kg")):
        yield from ("", f"## {name}", "", *_help(command.help or ""), "")
        yield from ("| option | means | default | variable |", "|---|---|---|---|")
        yield from (_parameter(parameter) for parameter in command.params if parameter.name != "help")


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for part, sub in command.commands.items():
        if hasattr(sub, "commands"):
            yield from _leaves(sub, f"{name} {part}")
        else:
            yield f"{name} {part}", sub


def _help(text: str) -> Iterator[str]:
    for line in map(str.strip, text.strip().splitlines()):
        head, _, rest = line.partition(": ")
        yield f"{head}: `{rest}`" if head in ("Example", "Examples") else line


def _shown(parameter: Any) -> str:
    return parameter.name.upper() if parameter.param_type_name == "argument" else ", ".join(parameter.opts)


def _parameter(parameter: Any) -> str:
    name = _shown(parameter)
    default = "" if parameter.default in (None, False, ()) or callable(parameter.default) else f"`{parameter.default}`"
    meaning = (parameter.help or "").replace("|", "\\|")
    variable = f"`{parameter.envvar}`" if parameter.envvar else ""
    return f"| `{name}` | {meaning} | {'required' if parameter.required else default} | {variable} |"


# Terms of the ontology.


def terms(language: str) -> Iterator[str]:
    """Every class, property and individual of the ontology with its label and definition in "en" or "bg"."""
    from rdflib import OWL, RDF, RDFS, SKOS, Graph

    graph = Graph().parse(ROOT / "ontology" / "kg.ttl", format="turtle")
    base = "https://w3id.org/diplokg/ontology#"
    ours = sorted({term for term in graph.subjects(RDF.type, None) if str(term).startswith(base)}, key=str)
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)

    def text(term: Any, predicate: Any) -> str:
        return " ".join(" ".join(str(o) for o in graph.objects(term, predicate) if o.language == language).split())

    relations = {
        "⊑": (RDFS.subClassOf, RDFS.subPropertyOf),
        "∈": (RDF.type,),
        "from": (RDFS.domain,),
        "to": (RDFS.range,),
    }

    def links(term: Any) -> Iterator[str]:
        for name, predicates in relations.items():
            near = {str(other) for predicate in predicates for other in graph.objects(term, predicate)}
            if found := sorted(other.removeprefix(base) for other in near if other.startswith(base)):
                yield f"{name} " + ", ".join(f"`{other}`" for other in found)

    for kind in (*kinds, None):
        named = [
            t
            for t in ours
            if ((t, RDF.type, kind) in graph if kind else not any((t, RDF.type, k) in graph for k in kinds))
        ]
        if not named:
            continue
        yield from (
            "",
            f"## {'owl:' + str(kind).split('#')[1] if kind else 'owl:NamedIndividual'}",
            "",
            "| `dip:` | | | |",
            "|---|---|---|---|",
        )
        for term in named:
            cells = (
                f"`{str(term).removeprefix(base)}`",
                text(term, RDFS.label),
                text(term, SKOS.definition),
                "; ".join(links(term)),
            )
            yield f"| {' | '.join(cells)} |"


# The public interface of Python.


def functions() -> Iterator[str]:
    """Every public function with its signature and docstring."""
    import inspect

    import kg

    for name in kg.__all__:
        thing = getattr(kg, name)
        if inspect.isfunction(thing):
            given = inspect.signature(thing)
            shown = ", ".join(_argument(parameter) for parameter in given.parameters.values())
            call = f"kg.{name}({shown}) -> {given.return_annotation}"
            yield from ("", f"## kg.{name}", "", "```python", call, "```", "", inspect.getdoc(thing) or "")


def _argument(parameter: Any) -> str:
    star = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
    return f"{star}{parameter.name}: {parameter.annotation}{default}"


# Questions.


def questions(language: str, store: Any) -> Iterator[str]:
    """Every question of ontology/queries with its SPARQL and its answer over `store`."""
    for path in question_files():
        text = path.read_text("utf-8")
        given = parameters(path, store)
        options = "".join(f' --param {name}="{value}"' for name, value in given.items())
        yield from ("", f"## {path.stem}", "", f"**{wording(text, language)}**", "")
        yield from ("```bash", f"kg query {path.stem}{options}", "```", "")
        yield from _table(store.query(text, given))
        yield from ("", '??? note "SPARQL"', "", "    ```sparql")
        yield from (f"    {line}".rstrip() for line in text.splitlines())
        yield "    ```"


def question_files() -> list[Path]:
    """The files of questions, by name."""
    return sorted((ROOT / "ontology" / "queries").glob("*.rq"))


def wording(text: str, language: str) -> str:
    """The question in words, from the first lines of its file."""
    return next(line.split(": ", 1)[1] for line in text.splitlines() if line.startswith(f"# {language}: "))


def parameters(path: Path, store: Any) -> dict[str, str]:
    """What the question is asked about: the examples in its file, or the meeting that most articles speak of."""
    from kg.store import sparql

    given = {one.name: one.example for one in sparql.parameters(path.read_text("utf-8"))}
    return given | ({"event": store.query(EVENT).records()[0]["id"]} if "event" in given else {})


def _table(answer: Any) -> Iterator[str]:
    from kg.store.answer import short

    rows = answer.rows[:ROWS]
    used = [i for i, _ in enumerate(answer.variables) if any(row[i] is not None for row in rows)]
    if used:
        yield "| " + " | ".join(answer.variables[i] for i in used) + " |"
        yield "|" + "---|" * len(used)
    for row in rows:
        yield "| " + " | ".join(short(row[i]).replace("|", "\\|").replace("\n", " ") for i in used) + " |"
    yield from ("", f"{len(rows)} / {len(answer.rows)}")


# Coverage.


def coverage() -> dict[str, tuple[int, list[str]]]:
    """For commands, options, rule keys, terms, questions and functions: how many there are, and which are unexplained.

    A command is explained by its text and an example, an option by its meaning, a rule key and a list of words by
    standing in the page on frames or beside the rules, a term by label and definition, a question by its wording and an
    answer, a function by its text; in both languages where the manual has the page in both.
    """
    import inspect

    import typer.main

    import kg
    from kg import lexicon
    from kg.cli import app
    from kg.model import STATUSES

    def text(name: str) -> str:
        return (MANUAL / name).read_text("utf-8")

    known = dict(_leaves(typer.main.get_command(app), "kg"))
    written = _sections(text("en/commands.md"))
    options = {
        f"{name} {_shown(option)}": _cell(written.get(name, ""), f"`{_shown(option)}`", 1)
        for name, command in known.items()
        for option in command.params
        if option.name != "help"
    }
    keys = sorted({*lexicon.FRAME_KEYS, *lexicon.ROLES, *lexicon.STANCES, *STATUSES})
    rules = (ROOT / "kg" / "rules" / "README.md").read_text("utf-8")
    functions = _sections(text("en/python.md"))
    found = {
        "commands": {name: "Example" in written.get(name, "") for name in known},
        "options": options,
        "lists of words": {name: f"`{name}`" in rules for name in lexicon.REQUIRED_LISTS},
        "functions": {f"kg.{name}": f"kg.{name}" in functions for name in kg.__all__ if inspect.isfunction(getattr(kg, name))},
    }
    for language in LANGUAGES:
        frames, terms, answers = (text(f"{language}/{name}.md") for name in ("frames", "terms", "questions"))
        asked = _sections(answers)
        found[f"rule keys ({language})"] = {key: f"`{key}`" in frames for key in keys}
        found[f"terms ({language})"] = {
            name: _cell(terms, f"`{name}`", 1) and _cell(terms, f"`{name}`", 2) for name in _terms()
        }
        found[f"questions ({language})"] = {
            path.stem: wording(path.read_text("utf-8"), language) in (section := asked.get(path.stem, ""))
            and "```sparql" in section
            and re.search(r"^\d+ / \d+$", section, re.M) is not None
            for path in question_files()
        }
    return {kind: (len(all_), sorted(name for name, there in all_.items() if not there)) for kind, all_ in found.items()}


def _sections(text: str) -> dict[str, str]:
    """The parts of a page by their heading of the second level."""
    return {part.split("\n", 1)[0].strip(): part for part in text.split("\n## ")[1:]}


def _cell(text: str, first: str, number: int) -> bool:
    """Whether the row of a table that begins with `first` has words in the cell of that number."""
    row = next((line for line in text.splitlines() if line.startswith(f"| {first} |")), "")
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
    return len(cells) > number and bool(cells[number])


def _terms() -> list[str]:
    """The names of all terms of the ontology."""
    from rdflib import RDF, Graph

    from kg.graph import DIP

    graph = Graph().parse(ROOT / "ontology" / "kg.ttl")
    return sorted({str(term)[len(DIP) :] for term in graph.subjects(RDF.type, None) if str(term).startswith(DIP)})


# Figures and the picture.


def quality(gold: Path = ROOT / "data" / "gold") -> list[str]:
    """What `kg score` says of the gold, as a table."""
    result = _score(gold)
    lines = [f"| on {result['documents']} articles | precision | recall | F1 | 95 % |", "|---|---|---|---|---|"]
    for name, row in result["figures"].items():
        low, high = row["f1_95"]
        lines.append(f"| {FIGURES[name]} | {_cells(row)} | {low:.2f}–{high:.2f} |")
    shares = ", ".join(f"{name} {row['value']:.2f}" for name, row in result["shares"].items())
    return [*lines, "", f"Right on encounters that were found: {shares}."]


def beside_people(gold: Path) -> list[str]:
    """What `kg score` says of gold that two people made apart, beside how far these two agreed."""
    result = _score(gold)
    head = f"| on {result['documents']} articles | precision | recall | F1 | two people, F1 |"
    rows = [f"| {FIGURES[name]} | {_cells(result['figures'][name])} | {f1:.2f} |" for name, f1 in AGREEMENT.items()]
    return [head, "|---|---|---|---|---|", *rows]


def _score(gold: Path) -> Any:
    return json.loads(_kg("score", str(gold), "--json").stdout)


def _cells(row: Any) -> str:
    return " | ".join(f"{row[key]:.2f}" for key in ("precision", "recall", "f1"))


def speed() -> list[str]:
    """Wall and processor time of the usual commands on the sample corpus and this machine, as a table."""
    with tempfile.TemporaryDirectory() as folder:
        news, store = str(ROOT / "data" / "news"), ("--store", folder)
        commands = {
            "first `kg build data/news` (25 articles), loading the models, one process": ("build", news, *store, "-j1"),
            "the same again, nothing to do": ("build", news, *store),
            "`kg query who-met-whom`": ("query", "who-met-whom", *store),
            "`kg --help`": ("--help",),
        }
        rows = [f"| {what} | {_timed(*words)} |" for what, words in commands.items()]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        "| what | wall | processor |",
        "|---|---|---|",
        *rows,
        f"| peak memory of the first build | {peak:.0f} MB | |",
    ]


def _kg(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kg.cli import main; main()", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


def _timed(*words: str) -> str:
    """Two cells: seconds by the clock, seconds of the processor."""
    began, used = time.perf_counter(), os.times()
    _kg(*words)
    now = os.times()
    wall, processor = time.perf_counter() - began, sum(now[2:4]) - sum(used[2:4])
    return f"{wall:.1f} s | {processor:.1f} s"


def picture(store: Path, path: Path = MANUAL / "graph.png") -> None:
    """Photograph the page of `store` with one actor chosen, and note in the picture which page it shows. Takes the
    browser of the system."""
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1400, "height": 860})
        opened.goto((store / "graph.html").as_uri())
        opened.wait_for_load_state("networkidle")
        opened.get_by_role("button", name=ACTOR).first.click()
        opened.wait_for_timeout(1500)
        shot = opened.screenshot()
        browser.close()
    note = b"tEXtPage\0" + digest(store / "graph.html").encode()  # a chunk of text after the head of a PNG
    chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
    path.write_bytes(shot[:33] + chunk + shot[33:])


def pictured(path: Path = MANUAL / "graph.png") -> str:
    """The digest of the page that the picture shows; empty if it does not say."""
    found = re.search(rb"tEXtPage\0([0-9a-f]{16})", path.read_bytes())
    return found[1].decode() if found else ""


def digest(page: Path) -> str:
    """What tells one page of a graph from another."""
    return hashlib.sha256(page.read_bytes()).hexdigest()[:16]


# Pages.


def between(text: str, name: str, lines: Iterable[str]) -> str:
    """`text` with what stands between <!-- name --> and <!-- /name --> replaced by `lines`."""
    head, rest = text.split(f"<!-- {name} -->\n")
    _, tail = rest.split(f"<!-- /{name} -->")
    return f"{head}<!-- {name} -->\n" + "\n".join(lines) + f"\n<!-- /{name} -->{tail}"


def page(path: Path, made: Iterable[str]) -> str:
    """The whole text of a page: its part that is written by hand, and `made`."""
    return path.read_text("utf-8").split(MARK)[0] + MARK + "\n".join(made) + "\n"


def quick_pages() -> dict[Path, str]:
    """The pages that need no model."""
    made = {MANUAL / language / "terms.md": terms(language) for language in LANGUAGES}
    made |= {MANUAL / "en" / "commands.md": commands(), MANUAL / "en" / "python.md": functions()}
    return {path: page(path, lines) for path, lines in made.items()}


def sample_pages(store: Any) -> dict[Path, str]:
    """The pages that show answers over the sample corpus, which `store` holds."""
    paths = {language: MANUAL / language / "questions.md" for language in LANGUAGES}
    return {path: page(path, questions(language, store)) for language, path in paths.items()}


def main() -> None:
    """Write the pages that differ and name them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only the pages that need no model")
    parser.add_argument("--measure", action="store_true", help="the figures of the README too")
    parser.add_argument("--real", type=Path, metavar="GOLD", help="the README's figures on gold that two people made")
    parser.add_argument("--picture", action="store_true", help="the picture of the page too")
    parser.add_argument("--coverage", action="store_true", help="say how much of the program the manual explains")
    asked = parser.parse_args()
    if asked.coverage:
        for kind, (number, unexplained) in coverage().items():
            print(f"{kind:16} {number - len(unexplained):4} / {number:<4} {' '.join(unexplained)}".rstrip())
        return
    pages = quick_pages()
    if not asked.quick:
        import kg

        with tempfile.TemporaryDirectory() as folder:
            kg.build([ROOT / "data" / "news"], folder)
            with kg.open(folder) as store:
                pages |= sample_pages(store)
            if asked.picture:
                kg.draw(Path(folder) / "graph.html", folder)
                picture(Path(folder))
    readme = (ROOT / "README.md").read_text("utf-8")
    if asked.measure:
        readme = between(between(readme, "quality", quality()), "speed", speed())
    if asked.real:
        readme = between(readme, "real", beside_people(asked.real.absolute()))
    pages[ROOT / "README.md"] = readme
    for path, text in sorted(pages.items()):
        if path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
