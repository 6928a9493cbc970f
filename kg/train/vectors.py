"""Word vectors from raw text: fastText by gensim, so that rare and unseen forms get vectors from their letters."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import InputError

WORD = re.compile(r"https?://\S+|\d+(?:[.,:]\d+)*|\w+(?:[-–’'`]\w+)*|[^\w\s]")
NAMEABLE = re.compile(r"^[^\W\d][\w'’`–-]*$")
DIMENSIONS = 100


def sentences(texts: Iterable[Path]) -> Iterator[list[str]]:
    """Lower-cased words of each line of `texts`; a line that was there before is left out (wire copies)."""
    seen = set()
    for path in texts:
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.strip().lower()
            if line and line not in seen:
                seen.add(line)
                words = WORD.findall(line)
                if len(words) > 2:
                    yield words


def train_vectors(
    texts: list[Path], more: Iterable[list[str]], lexicon: Iterable[str], out: Path, seed: int, workers: int = 1
) -> int:
    """Write a Stanza pretrain of the words of `texts`, of the sentences `more` and of the word list `lexicon`.

    Returns the number of words. Training is repeatable for one worker; with more, threads race.
    """
    from gensim.models import FastText
    from stanza.models.common.pretrain import Pretrain

    lines = [*sentences(texts), *([word.lower() for word in sentence] for sentence in more)]
    if not lines:
        raise InputError("no raw text to learn word vectors from; name a folder of *.txt: kg models train --raw DIR")
    counts = Counter(word for line in lines for word in line)
    least = 2 if len(lines) > 1000 else 1
    model = FastText(
        vector_size=DIMENSIONS, window=5, min_count=least, sg=1, negative=8, min_n=3, max_n=6, epochs=8, sample=1e-4,
        bucket=500_000 if least == 2 else 2_000, seed=seed, workers=workers,
    )  # fmt: skip
    model.build_vocab(lines)
    model.train(lines, total_examples=model.corpus_count, epochs=model.epochs)
    words = dict.fromkeys(model.wv.index_to_key)
    words.update(dict.fromkeys(word for word, _ in counts.most_common() if NAMEABLE.match(word)))
    words.update(dict.fromkeys(sorted({word.lower() for word in lexicon if NAMEABLE.match(word)})))
    table = out.with_suffix(".vec")
    with table.open("w", encoding="utf-8") as file:
        file.write(f"{len(words)} {DIMENSIONS}\n")
        for word in words:
            file.write(word + " " + " ".join(f"{x:.4f}" for x in model.wv[word]) + "\n")
    out.unlink(missing_ok=True)
    Pretrain(str(out), vec_filename=str(table), max_vocab=len(words)).load()
    table.unlink()
    return len(words)
