"""Django's handle on this package."""

from django.apps import AppConfig


class TellingConfig(AppConfig):
    """The telling app."""

    name = "mulin.telling"
