"""What mkdocs does besides the pages of the manual: the ontology's own HTML pages become a part of the site."""

import tempfile
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of `kg ontology-docs` under ontology/."""
    from kg.ontology_pages import write_pages

    with tempfile.TemporaryDirectory() as folder:
        for path in write_pages(Path(folder)):
            files.append(File.generated(config, f"ontology/{path.name}", content=path.read_bytes()))
    return files
