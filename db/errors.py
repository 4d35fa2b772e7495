"""The one error for a database that cannot serve, so that callers can tell it from a verb's."""

from __future__ import annotations


class DatabaseError(Exception):
    """The database cannot be opened, or could not read or save.

    The message is one line for the operator and ends in what to do. It never holds a password,
    nor anything that people wrote. Verbs raise their own errors; this one is never theirs.
    """
