"""Tokens for the little city's people, and a client that speaks the API's JSON."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from mulin.kernel.actor import Actor
from mulin.people.models import Account, Appointment, Edition, Permit, PostKind, PostRole, Role, Token, Unit
from mulin.people.rules.codes import token_digest


def token_of(actor: Actor, *, now: datetime) -> str:
    """Give ``actor`` its post for real (role, permits, appointment) and return a token that stands for it."""
    account = Account.objects.get(pk=actor.account_id)
    for grant in actor.grants:
        unit = Unit.objects.get(pk=grant.unit_id)
        role, _ = Role.objects.get_or_create(
            code=grant.post, defaults={"name": grant.post, "name_en": grant.post, "area": "government"}
        )
        Permit.objects.bulk_create(
            [Permit(role=role, act=act, relation=relation) for act, relation in sorted(grant.permits)],
            ignore_conflicts=True,
        )
        post, _ = PostKind.objects.get_or_create(
            code=f"{grant.post}-{unit.kind_id}",
            defaults={"name": grant.post, "name_en": grant.post, "unit_kind_id": unit.kind_id},
        )
        PostRole.objects.get_or_create(post=post, role=role)
        Appointment.objects.create(person=account.person, unit=unit, post=post, from_on=date(2026, 1, 1))
    token = f"token-{account.username}"
    Token.objects.create(
        account=account,
        digest=token_digest(token),
        name="test",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    Edition.objects.update_or_create(id=1, defaults={"number": Token.objects.count()})
    return token


class Caller:
    """Speaks JSON to the API, as somebody or as nobody."""

    def __init__(self, token: str = "") -> None:
        self._client = Client(raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        """Ask for ``path``."""
        return self._client.get(f"/api/v1{path}", query, headers=self._headers)

    def post(
        self, path: str, body: Any = None, *, key: str = "", headers: dict[str, str] | None = None
    ) -> Any:
        """Send ``body`` (JSON, or bytes as they are) to ``path``."""
        more = {**self._headers, **({"Idempotency-Key": key} if key else {}), **(headers or {})}
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        return self._client.post(f"/api/v1{path}", data, content_type="application/json", headers=more)
