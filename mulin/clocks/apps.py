"""Django's handle on this package."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    """The clocks app."""

    name = "mulin.clocks"
