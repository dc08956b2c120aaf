"""Which address leads to which door."""

from django.urls import include, path

from mulin.config.health import health

urlpatterns = [
    path("healthz", health, name="health"),
    path("api/", include("mulin.api.urls")),
    path("console/", include("mulin.console.urls")),
    path("", include("mulin.resident.urls")),
]
handler400 = "mulin.config.health.unclear"
handler403 = "mulin.config.health.refused"
handler404 = "mulin.config.health.missing"
handler500 = "mulin.config.health.failed"
