"""The three ways to say no, in a clerk's words; doors turn them into 404, 403 and 409.

``why`` is a message id with ``%(name)s`` places for ``facts``: doors translate it, ``str()`` fills it in.
"""


class Refusal(Exception):
    """The act was not done and nothing was written."""

    def __init__(self, why: str, **facts: object) -> None:
        super().__init__(why % facts if facts else why)
        self.why = why
        self.facts = facts


class NotFound(Refusal):
    """There is no such thing, or not for this actor: the two are told apart to nobody."""


class NotAllowed(Refusal):
    """The actor may see the thing, but may not do this to it."""


class NotPossible(Refusal):
    """The actor may do this, but not now: the thing is in another state, or something is missing."""


class BadInput(NotPossible):
    """What was said cannot be understood or breaks a rule of form; ``where`` names field, row or column."""

    def __init__(self, why: str, *, where: str = "", **facts: object) -> None:
        super().__init__(why, **facts)
        self.where = where

    @property
    def what(self) -> str:
        """Return what is wrong, without the place."""
        return super().__str__()

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what
