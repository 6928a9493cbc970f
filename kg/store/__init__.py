"""The store of graphs: Oxigraph in a folder, or any SPARQL 1.1 server. Named graphs are replaced whole, at once.

with open_store("store") as store:
    store.replace({name: lines}, remove=[...])
    store.query("SELECT ...", {"actor": "..."}).records()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import StoreError
from kg.store.answer import Answer
from kg.store.local import LocalStore

if TYPE_CHECKING:
    from kg.store.remote import RemoteStore

__all__ = ["Answer", "LocalStore", "open_store"]


def open_store(location: str | Path, *, read_only: bool = False) -> LocalStore | RemoteStore:
    """The store in the folder `location`, or behind the SPARQL 1.1 endpoint whose http(s) URL it is.

    A folder that is not there is made, unless `read_only`. One process at a time may write to a folder, any number may
    read. A server's user and password come from the environment: KG_STORE_USER, KG_STORE_PASSWORD.
    """
    if str(location).startswith(("http://", "https://")):
        from kg.store.remote import RemoteStore

        return RemoteStore(str(location), read_only=read_only)
    folder = Path(location)
    if read_only and not (folder / "states").is_dir():
        raise StoreError(f"there is no store at {folder}; build one: kg build --store {folder}")
    return LocalStore(folder, read_only=read_only)
