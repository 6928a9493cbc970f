"""Builds into a server: the same graphs as in a folder, and a connection that breaks loses and doubles nothing."""

import pytest
from fakes import FAKES
from test_pipeline import news, quads
from test_remote import oxigraph  # noqa: F401 (a fixture)

from kg.desk import Options
from kg.errors import StoreError
from kg.pipeline import build, remove, status
from kg.store import open_store
from kg.store.remote import RemoteStore


def lines(url: str) -> list[str]:
    with open_store(url, read_only=True) as store:
        return list(store.quads())


def test_a_server_holds_what_a_folder_holds(tmp_path, oxigraph, monkeypatch):  # noqa: F811
    there, here = Options(jobs=1, work=tmp_path / "work"), Options(jobs=1)
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    assert build([folder], oxigraph, there, FAKES).added == 2
    build([folder], tmp_path / "kg", here, FAKES)
    assert quads(tmp_path / "kg") == lines(oxigraph)
    assert not build([], oxigraph, there, FAKES).published
    assert status(oxigraph, there, FAKES).fresh

    news(folder, b="Мария среща Петър", c="Елена среща Иван")
    whole = RemoteStore.replace

    def broken(store, graphs, remove=()):
        whole(store, dict(list(graphs.items())[:1]), ())
        raise StoreError("the connection broke")

    monkeypatch.setattr(RemoteStore, "replace", broken)
    with pytest.raises(StoreError, match="broke"):
        build([], oxigraph, there, FAKES)
    monkeypatch.setattr(RemoteStore, "replace", whole)
    (folder / "c.txt").unlink()  # what the broken build had written of it must go too
    build([], oxigraph, there, FAKES)
    build([], tmp_path / "kg", here, FAKES)
    assert quads(tmp_path / "kg") == lines(oxigraph)

    remove([str(folder / "a.txt")], oxigraph, there, FAKES)
    remove([str(folder / "a.txt")], tmp_path / "kg", here, FAKES)
    assert quads(tmp_path / "kg") == lines(oxigraph)
