"""The errors that kg raises on purpose. One place, the command line, turns them into text and exit code 2."""


class KgError(Exception):
    """Something is wrong that the user can mend: the message says where, what, and what to do."""


class InputError(KgError):
    """A source cannot be read."""


class RuleError(KgError):
    """A rule or gazetteer file is wrong; the message names file and entry."""


class ModelError(KgError):
    """A language model is missing, corrupt or foreign."""


class QueryError(KgError):
    """A query is unknown, malformed, too slow or not allowed."""


class StoreError(KgError):
    """The store is locked, corrupt or out of reach."""


class DamagedError(StoreError):
    """What the store holds cannot be read; the next build makes it anew from its sources."""
