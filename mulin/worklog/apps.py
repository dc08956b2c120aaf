"""Django's handle on this package."""

from django.apps import AppConfig


class WorklogConfig(AppConfig):
    """The worklog app."""

    name = "mulin.worklog"
