"""Django's handle on this package."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The ledger app."""

    name = "mulin.ledger"
