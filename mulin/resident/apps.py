"""Django's handle on this package."""

from django.apps import AppConfig


class ResidentConfig(AppConfig):
    """The resident app."""

    name = "mulin.resident"
