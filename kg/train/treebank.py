"""CoNLL-U in and out, and the texts that a treebank is made of."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError


@dataclass(frozen=True, slots=True)
class Row:
    """One word of a treebank, with the ten columns of CoNLL-U that we use."""

    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    deprel: str
    space_after: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """One sentence of a treebank; `starts_document` where a new article begins."""

    rows: tuple[Row, ...]
    starts_document: bool = False

    @property
    def text(self) -> str:
        """The sentence as it was printed, without the space after it."""
        return "".join(row.form + (" " if row.space_after else "") for row in self.rows).rstrip()


def read_conllu(path: Path) -> list[Tree]:
    """All sentences of a CoNLL-U file; multiword ranges and empty nodes are left out."""
    trees: list[Tree] = []
    rows: list[Row] = []
    new = False
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        if not line:
            if rows:
                trees.append(Tree(tuple(rows), new))
            rows, new = [], False
        elif line.startswith("#"):
            new = new or line.startswith(("# newdoc", "# newpar"))
        else:
            cells = line.split("\t")
            if len(cells) != 10:
                raise InputError(f"{path}:{number}: a CoNLL-U line has 10 columns, this one {len(cells)}")
            if cells[0].isdigit():
                head = int(cells[6]) if cells[6].isdigit() else 0
                form, lemma, upos, xpos, feats = cells[1:6]
                rows.append(Row(form, lemma, upos, xpos, feats, head, cells[7], "SpaceAfter=No" not in cells[9]))
    return trees


def conllu(trees: Iterable[Tree]) -> Iterator[str]:
    """The lines of a CoNLL-U file."""
    for tree in trees:
        if tree.starts_document:
            yield "# newdoc"
        yield f"# text = {tree.text}"
        for i, row in enumerate(tree.rows, 1):
            misc = "_" if row.space_after else "SpaceAfter=No"
            cells = (row.form, row.lemma, row.upos, row.xpos, row.feats, str(row.head), row.deprel, "_", misc)
            yield "\t".join((str(i), *cells))
        yield ""


def write_conllu(path: Path, trees: Iterable[Tree]) -> None:
    """Write `trees` to `path`."""
    path.write_text("\n".join(conllu(trees)) + "\n", encoding="utf-8")


def paragraphs(trees: Iterable[Tree], length: int = 0) -> Iterator[list[Tree]]:
    """Sentences in groups that stand on one line of a text: a document, or `length` sentences where that is given."""
    group: list[Tree] = []
    for tree in trees:
        if group and (tree.starts_document or len(group) == length):
            yield group
            group = []
        group.append(tree)
    if group:
        yield group


def chance_groups(trees: list[Tree], sizes: tuple[int, ...], chance: random.Random) -> list[list[Tree]]:
    """`trees` in their order, in groups whose sizes chance takes from `sizes`."""
    groups, position = [], 0
    while position < len(trees):
        size = chance.choice(sizes)
        groups.append(trees[position : position + size])
        position += size
    return groups


def raw_text(groups: Iterable[list[Tree]]) -> str:
    """The text of `groups`, an empty line between two of them."""
    return "\n\n".join(" ".join(tree.text for tree in group) for group in groups) + "\n"


def token_labels(groups: Iterable[list[Tree]]) -> str:
    """Stanza's labels for `raw_text`: a digit a character, 1 at the end of a token and 2 at the end of a sentence.

    >>> token_labels([[Tree((Row("Да", "да", "INTJ", "_", "_", 0, "root", False),
    ...                      Row(".", ".", "PUNCT", "_", "_", 1, "punct")))]])
    '012\\n'
    """
    lines = []
    for group in groups:
        parts = []
        for tree in group:
            labels = "".join("0" * (len(row.form) - 1) + "1" + ("0" if row.space_after else "") for row in tree.rows)
            labels = labels[: len(tree.text)]
            parts.append(labels[:-1] + "2")
        lines.append("0".join(parts))
    return "\n\n".join(lines) + "\n"
