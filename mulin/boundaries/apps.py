"""Django's handle on this package."""

from django.apps import AppConfig


class BoundariesConfig(AppConfig):
    """The boundaries app."""

    name = "mulin.boundaries"
