"""Django's handle on this package."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The cases app."""

    name = "mulin.cases"
