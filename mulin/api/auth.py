"""Who is asking: a token in the Authorization header becomes an actor; cookies count for nothing here."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from mulin.kernel.actor import Actor
from mulin.people.queries import actors


class StaffRequest(HttpRequest):
    """A request that came with a valid token."""

    auth: Actor


class BearerToken(HttpBearer):
    """A token issued to an account; an unknown, expired or revoked one is nobody."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return the actor behind ``token``."""
        return actors.actor_of_token(token, now=timezone.now())
