"""The three ways to say no, in a clerk's words; doors turn them into 404, 403 and 409."""


class Refusal(Exception):
    """The act was not done and nothing was written."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotFound(Refusal):
    """There is no such thing, or not for this actor: the two are told apart to nobody."""


class NotAllowed(Refusal):
    """The actor may see the thing, but may not do this to it."""


class NotPossible(Refusal):
    """The actor may do this, but not now: the thing is in another state, or something is missing."""


class BadInput(NotPossible):
    """What was said cannot be understood or breaks a rule of form; ``where`` names the field, row or column."""

    def __init__(self, why: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.where = where
        self.what = why
