"""One training loop for tagger, parser and names: Stanza's trainers make the steps, this sets the pace.

Stanza's own loops lower the learning rate when the score stalls, which needs days. On two cores the number of steps
is known beforehand, so the rate rises for a moment and then falls in a straight line to zero, and what is kept is a
running average of the weights. Both together are worth more than a point of LAS in an hour of training.
"""

import logging
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("kg.train")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how fast: steps in all, peak learning rate, steps of warm-up, steps between evaluations.

    `minutes` is a limit for a machine that is shared: the schedule then follows whichever is further, steps or clock.
    """

    steps: int
    rate: float
    warmup: int = 100
    evaluate_every: int = 300
    average: float = 0.998
    minutes: float = 0.0

    def done(self, step: int, minutes: float) -> float:
        """The share of the training that lies behind, 0 to 1."""
        return max(step / self.steps, minutes / self.minutes if self.minutes else 0.0)

    def rate_at(self, step: int, minutes: float = 0.0) -> float:
        """The learning rate of step `step` (the first is 1).

        >>> Pace(steps=200, rate=1.0, warmup=100).rate_at(50)
        0.375
        >>> Pace(steps=200, rate=1.0, warmup=100).rate_at(200)
        0.01
        """
        return self.rate * min(1.0, step / max(1, self.warmup)) * max(0.01, 1.0 - self.done(step, minutes))


def fit(
    trainer: Any,
    next_batch: Callable[[], Any],
    evaluate: Callable[[], float],
    pace: Pace,
    out: Path,
) -> float:
    """Train as long as `pace` says, keep the best averaged weights at `out`, return the best score on dev.

    `trainer` is a Stanza trainer (update, model, save). A file `out` + ".resume" holds all that is needed to go on
    after an interruption; it is written at each evaluation and removed at the end.
    """
    import torch

    optimizers = _optimizers(trainer)
    parameters = [p for p in trainer.model.parameters() if p.requires_grad]
    mean = [p.detach().clone() for p in parameters]
    resume = Path(f"{out}.resume")
    step, best, spent = 0, 0.0, 0.0
    if resume.exists():
        state = torch.load(resume, weights_only=True)
        step, best, spent = state["step"], state["best"], state["minutes"]
        trainer.model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        mean = state["mean"]
        random.seed(state["seed"])
        torch.manual_seed(state["seed"])
        log.info("go on from step %d, best so far %.4f", step, best)
    begun = time.time() - 60 * spent
    started, loss, finished = time.time(), 0.0, False
    while not finished:
        step += 1
        spent = (time.time() - begun) / 60
        finished = pace.done(step, spent) >= 1
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = pace.rate_at(step, spent)
        result = trainer.update(next_batch(), eval=False)
        loss += result[0] if isinstance(result, tuple) else float(result)
        with torch.no_grad():
            keep = min(pace.average, step / (step + 10))
            torch._foreach_lerp_(mean, parameters, 1 - keep)
        if step % 50 == 0:
            log.info("step %d/%d loss %.4f, %.2f s a step", step, pace.steps, loss / 50, (time.time() - started) / 50)
            started, loss = time.time(), 0.0
        if step % pace.evaluate_every == 0 or finished:
            score, best = _evaluate(trainer, parameters, mean, evaluate, best, out)
            log.info("step %d, %.1f minutes: dev %.4f, best %.4f", step, spent, score, best)
            seed = random.randrange(2**31)
            state = {
                "step": step,
                "best": best,
                "minutes": spent,
                "model": trainer.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                "mean": mean,
                "seed": seed,
            }
            torch.save(state, f"{resume}.new")
            os.replace(f"{resume}.new", resume)
            random.seed(seed)
            torch.manual_seed(seed)
            started = time.time()
    resume.unlink(missing_ok=True)
    return best


def _evaluate(trainer, parameters, mean, evaluate, best, out):
    """(score, best score) of the averaged weights, which are saved when they are the best so far."""
    import torch

    live = [p.detach().clone() for p in parameters]
    with torch.no_grad():
        torch._foreach_copy_(parameters, mean)
    score = evaluate()
    if score >= best:
        best = score
        trainer.save(f"{out}.new")
        os.replace(f"{out}.new", out)
    with torch.no_grad():
        torch._foreach_copy_(parameters, live)
    return score, best


def _optimizers(trainer):
    """The optimizers of a Stanza trainer: the parser calls them `optimizer`, the tagger `optimizers`."""
    found = getattr(trainer, "optimizers", None) or trainer.optimizer
    return list(found.values()) if isinstance(found, dict) else [found]
