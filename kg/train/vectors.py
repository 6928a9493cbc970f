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


def train_vectors(texts: list[Path], more: Iterable[list[str]], out: Path, seed: int, workers: int = 1) -> int:
    """Write a Stanza pretrain of the words of `texts` and of the sentences `more`.

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
    table = out.with_suffix(".vec")
    with table.open("w", encoding="utf-8") as file:
        file.write(f"{len(words)} {DIMENSIONS}\n")
        for word in words:
            file.write(word + " " + " ".join(f"{x:.4f}" for x in model.wv[word]) + "\n")
    out.unlink(missing_ok=True)
    Pretrain(str(out), vec_filename=str(table), max_vocab=len(words)).load()
    table.unlink()
    return len(words)


def extend_vectors(start: Path, fresh: Path, out: Path) -> int:
    """Write to `out` the vectors of `start`, and after them the words that only `fresh` has, moved into its space.

    Models trained on `start` can so be trained on, and know more words. The map is the least-squares one over the
    words of both; its results are lengthened to the usual length. Returns the number of words.
    """
    import numpy
    import torch

    old, new = (torch.load(path, map_location="cpu", weights_only=True) for path in (start, fresh))
    kept, offered = old["vocab"]["_id2unit"], new["vocab"]["_id2unit"]
    theirs, ours = (numpy.asarray(state["emb"], dtype=numpy.float64) for state in (old, new))
    where = {word: i for i, word in enumerate(offered)}
    present = set(kept)
    shared = [i for i, word in enumerate(kept) if i > 3 and word in where]  # the first four stand for no word
    if len(shared) <= ours.shape[1]:
        raise InputError(f"{start} and the raw text have only {len(shared)} words in common; train without --start")
    points = numpy.hstack([ours[[where[kept[i]] for i in shared]], numpy.ones((len(shared), 1))])
    target = theirs[shared]
    change, *_ = numpy.linalg.lstsq(points, target, rcond=None)
    longer = numpy.linalg.norm(target, axis=1).mean() / numpy.linalg.norm(points @ change, axis=1).mean()
    added = [word for word in offered[4:] if word not in present]
    rows = ours[[where[word] for word in added]]
    moved = numpy.hstack([rows, numpy.ones((len(added), 1))]) @ change * longer
    words = [*kept, *added]
    vocabulary = {**old["vocab"], "_id2unit": words, "_unit2id": {word: i for i, word in enumerate(words)}}
    vectors = torch.tensor(numpy.vstack([theirs, moved]), dtype=torch.float32)
    torch.save({"vocab": vocabulary, "emb": vectors}, out)
    return len(words)
