"""The card that goes with a trained folder: what it is made of, what it reaches, what it costs."""

import json
from pathlib import Path
from typing import Any

HEADER = """# Bulgarian models trained by `kg models train`

A folder in Stanza's layout: `stanza.Pipeline("bg", dir=DIR, download_method=None)`, or `kg build --model DIR`.
The weights are bound by the licences of what they were trained on (UD_Bulgarian-BTB: CC BY-NC-SA).
"""


def write_card(folder: Path, figures: dict[str, Any], minutes: dict[str, float]) -> str:
    """Write README.md into `folder` and return the figures as a Markdown table."""
    rows = ["| figure | F1 |", "|---|---|"]
    rows += [f"| {name} | {value} |" for name, value in figures["treebank"].items()]
    rows += [f"| names, {name} | {value} |" for name, value in figures["names"].items()]
    parts = ["| part | MB | minutes |", "|---|---|---|"]
    index = json.loads((folder / "resources.json").read_text(encoding="utf-8"))["bg"]
    for path in sorted(folder.glob("bg/*/*.pt")):
        if path.parent.name in index:
            took = minutes.get(path.parent.name, "")
            parts.append(f"| {path.parent.name} | {path.stat().st_size / 1e6:.1f} | {took} |")
    report = "\n".join(rows)
    text = f"{HEADER}\n## Figures (test, from raw text; names on given words)\n\n{report}\n\n## Parts\n\n"
    (folder / "README.md").write_text(text + "\n".join(parts) + "\n", encoding="utf-8")
    return report
