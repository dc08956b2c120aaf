"""Django's handle on this package."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people app."""

    name = "mulin.people"
