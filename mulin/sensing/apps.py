"""Django's handle on this package."""

from django.apps import AppConfig


class SensingConfig(AppConfig):
    """The sensing app."""

    name = "mulin.sensing"
