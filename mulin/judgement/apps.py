"""Django's handle on this package."""

from django.apps import AppConfig


class JudgementConfig(AppConfig):
    """The judgement app."""

    name = "mulin.judgement"
