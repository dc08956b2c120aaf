"""Django's handle on this package."""

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    """The publications app."""

    name = "mulin.publications"
