"""Django's handle on this package."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The console app."""

    name = "mulin.console"
