"""Django's handle on this package."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """The packs app."""

    name = "mulin.packs"
