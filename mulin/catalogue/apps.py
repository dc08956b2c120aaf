"""Django's handle on this package."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue app."""

    name = "mulin.catalogue"
