"""Which address leads to which door."""

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from mulin.config.health import health

handler500 = "mulin.config.health.failed"


def _doors() -> list[URLPattern | URLResolver]:
    doors: list[URLPattern | URLResolver] = [path("healthz", health, name="health")]
    for address, module in (
        ("api/", "mulin.api.urls"),
        ("console/", "mulin.console.urls"),
        ("", "mulin.resident.urls"),
    ):
        if importlib.util.find_spec(module) is not None:
            doors.append(path(address, include(module)))
    return doors


urlpatterns = _doors()
