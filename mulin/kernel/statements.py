"""A word to the database connection about a statement."""


class Kept(str):
    """A statement whose plan the connection keeps: short, asked by every act, and best run one way.

    Questions whose best way depends on what is asked (a search, a queue) stay plain text, planned each time.
    """

    __slots__ = ()
