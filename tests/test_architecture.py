"""What the layout promises, read off the source: imports in one direction, nothing heavy at start, things in place."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KG = ROOT / "kg"
FILES = sorted(path for path in KG.rglob("*.py") if "__pycache__" not in path.parts)

# From the ground up; a module may import from its own layer and from those before it, but never from later ones.
LAYERS = (
    ("errors", "model", "resources"),
    ("decode", "versions", "names", "grammar"),
    ("tree", "repairs", "encoder"),
    ("read", "parse", "ensemble", "lexicon", "gazetteer", "dates", "quotes", "verdicts", "models"),
    ("match", "mentions", "status", "discourse"),
    ("statements", "coref", "participants", "setting"),
    ("claims", "events"),
    ("extract",),
    ("resolve", "explain"),
    ("graph",),
    ("store",),
    ("cache", "manifest", "stages"),
    ("sources", "workers", "changes"),
    ("desk", "state"),
    ("pipeline",),
)
HEAVY = (
    "torch",
    "stanza",
    "rdflib",
    "pyoxigraph",
    "trafilatura",
    "networkx",
    "pyvis",
    "distributed",
    "dask",
    "matplotlib",
)

# Files that may hold Bulgarian besides slots (prepositions and the like), and why. Words belong into kg/rules.
BULGARIAN = {
    "participants.py": "the prepositions under which a light verb has its subject take part",
    "coref.py": "the letters of an acronym in brackets",
    "dates/rules.py": "the grammar of date lines",
    "decode.py": "the frequent letters by which encodings are told apart",
    "discourse.py": "endings by which gender shows",
    "gazetteer/load.py": "endings of the forms that are made of one name",
    "lexicon.py": "the prepositions that a rule may name as slots",
    "mentions.py": "the conjunction between two names",
    "names/base.py": "endings: the article, gender and number",
    "names/spelling.py": "the tables of transliteration",
    "parse.py": "the letters and the mark of a year at which a sentence was cut",
    "quotes.py": "the letters after a quotation",
    "repairs.py": "the endings of gerunds and the particles before a verb",
    "score.py": "the letters at which a sentence begins",
    "statements.py": "the prepositions under which a medium stands",
    "status.py": "the auxiliaries and particles that the rules of status are named after",
    "tree.py": "the linguist's slots and the clean-up of the treebank's lemmas",
}
RELATIONS = {
    "acl", "advcl", "advmod", "amod", "appos", "aux", "aux:pass", "ccomp", "csubj", "expl", "iobj", "nmod", "nsubj",
    "nsubj:pass", "obl", "parataxis", "xcomp",
}  # fmt: skip


def module(path: Path) -> str:
    """The first part of a module's name below kg: `names` for kg/names/base.py."""
    return path.relative_to(KG).parts[0].removesuffix(".py")


def strings(path: Path) -> list[tuple[int, str]]:
    """Line and text of the string literals of a file that are not docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def imports(path: Path) -> set[str]:
    """The first parts of the modules of kg that a file imports, anywhere but for type checking alone."""
    found = set()
    tree = ast.parse(path.read_text("utf-8"))
    unreal = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    skipped = {id(inner) for node in unreal for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kg":
            parts = node.module.split(".")[1:]
            found |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("kg.")}
    return found


def test_the_layers_name_modules_that_exist():
    there = {module(path) for path in FILES}
    assert sorted(name for layer in LAYERS for name in layer if name not in there) == []


def test_imports_point_one_way():
    height = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    wrong = [
        f"{path.relative_to(ROOT)} imports kg.{name}"
        for path in FILES
        for name in sorted(imports(path))
        if module(path) in height and name in height and height[name] > height[module(path)]
    ]
    assert wrong == []


def test_only_parse_and_the_trainers_know_stanza():
    users = {module(path) for path in FILES if re.search(r"^\s*(?:import|from) stanza", path.read_text("utf-8"), re.M)}
    assert users <= {"parse", "quick", "ensemble", "models", "train"}


@pytest.mark.parametrize("command", [["--help"], ["build", "--help"], ["query", "--help"]], ids=" ".join)
def test_nothing_heavy_is_imported_at_start(command):
    code = (
        "import sys\nfrom kg.cli import main\n"
        "try: main()\nexcept SystemExit: pass\nprint(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert sorted(set(HEAVY) & set(done.stderr.split())) == []


def test_a_build_with_nothing_to_do_imports_no_models(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom fakes import FAKES\nfrom kg.desk import Options\n"
        "from kg.pipeline import build\nbuild([Path(sys.argv[1])], sys.argv[2], Options(jobs=1), FAKES)\n"
        "print(*sorted(sys.modules))"
    )
    (tmp_path / "a.txt").write_text("Иван среща Петър", "utf-8")
    command = [sys.executable, "-c", code, str(tmp_path), str(tmp_path / "kg")]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    assert sorted({"torch", "stanza", "trafilatura", "networkx"} & set(done.stdout.split())) == []


def test_no_relation_name_outside_the_tree():
    allowed = {"tree", "repairs", "train", "view", "examples"}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in FILES
        if module(path) not in allowed
        for line, text in strings(path)
        if text in RELATIONS
    ]
    assert found == []


def test_no_address_of_the_ontology_outside_the_graph():
    """Defaults of options and the formats of pages and exports may spell an address out; the stages may not."""
    outside = {"graph", "cli", "desk", "view", "serve", "store", "export", "check", "dump", "dossier", "ontology_pages"}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in FILES
        if module(path) not in outside
        for line, text in strings(path)
        if "w3id.org" in text or "www.w3.org" in text or "schema.org/" in text
    ]
    assert found == []


def test_bulgarian_stands_in_rules_and_not_in_code():
    from kg.lexicon import PREPOSITIONS
    from kg.tree import SLOTS

    slots = {*PREPOSITIONS, *SLOTS, "на", "във", "със"}
    shown = ("view", "train", "serve", "dossier", "cli")  # words shown to people, data for models
    found = {
        path.relative_to(KG).as_posix()
        for path in FILES
        if module(path) not in shown
        for _, text in strings(path)
        if re.search("[а-яА-Я]", text) and text.strip() not in slots
    }
    assert sorted(found - BULGARIAN.keys()) == []
    assert sorted(BULGARIAN.keys() - found) == [], "an entry of the list that is not needed any more"


def test_no_sparql_is_formatted():
    """One place may: a server without the graph store protocol is asked for one graph, whose name is a written term."""
    found = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and re.search(
                r"\b(SELECT|CONSTRUCT|ASK)\b.*WHERE.*\{", ast.unparse(node)
            ):
                found.add(path.relative_to(KG).as_posix())
    assert found <= {"store/remote.py"}


def test_there_is_nothing_unfinished():
    found = []
    for path in FILES:
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            if token.type == tokenize.COMMENT and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string):
                found.append(f"{path.relative_to(ROOT)}:{token.start[0]}")
    assert found == []


@pytest.mark.slow
def test_types_and_style_hold():
    """What CONTRIBUTING asks for before a change: mypy over the package, ruff over everything."""
    for command in (("mypy", "kg"), ("ruff", "check", ".")):
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
