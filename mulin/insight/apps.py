"""Django's handle on this package."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """The insight app: it has no tables."""

    name = "mulin.insight"
