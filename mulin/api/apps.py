"""Django's handle on this package."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The api app."""

    name = "mulin.api"
