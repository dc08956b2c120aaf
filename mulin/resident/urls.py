"""The addresses of the residents' pages."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from mulin.resident import devices, neighbours, pages, pictures, promised_times, promises, report, track


class Digest(StringConverter):
    """SHA-256 in hex."""

    regex = "[0-9a-f]{64}"


class Size(StringConverter):
    """A picture's size."""

    regex = "full|thumb"


register_converter(Digest, "digest")
register_converter(Size, "size")

app_name = "resident"
urlpatterns = [
    path("", pages.home, name="home"),
    path("look", pages.look, name="look"),
    path("map.json", pages.map_data, name="map"),
    path("map/tiles/<int:z>/<int:x>/<int:y>.mvt", pages.map_tile, name="map_tile"),
    path("neighbours", neighbours.neighbours, name="neighbours"),
    path("devices", devices.devices, name="devices"),
    path("devices.geojson", devices.on_map, name="devices_map"),
    path("services", promised_times.services, name="services"),
    path("promises/", promises.promises, name="promises"),
    path("promises/<uuid:promise_id>", promises.promise, name="promise"),
    path("promises/<uuid:promise_id>/say", promises.say, name="promise_say"),
    path(
        "promises/<uuid:promise_id>/photos/<digest:digest>/<size:size>", promises.photo, name="promise_photo"
    ),
    path("report/", report.say, name="say"),
    path("report/where", report.where, name="where"),
    path("report/place", report.place, name="place"),
    path("report/contact", report.contact, name="contact"),
    path("report/done/<str:code>", track.done, name="done"),
    path("report/photos", pictures.add, name="photos"),
    path("report/photos/<digest:digest>/remove", pictures.remove, name="photo_remove"),
    path("report/photos/<digest:digest>/veil", pictures.veil, name="photo_veil"),
    path("report/photos/<digest:digest>/<size:size>", pictures.show, name="photo"),
    path("track/", track.find, name="find"),
    path("track/<str:code>", track.follow, name="track"),
    path("track/<str:code>/say", track.say, name="track_say"),
    path("track/<str:code>/rate", track.rate, name="track_rate"),
    path("track/<str:code>/reopen", track.reopen, name="track_reopen"),
    path("track/<str:code>/review", track.review, name="track_review"),
    path("track/<str:code>/contact/withdraw", track.withdraw_contact, name="track_withdraw"),
    path("track/<str:code>/code.svg", track.code_picture, name="track_code"),
    path("track/<str:code>/photos/<digest:digest>/<size:size>", track.photo, name="track_photo"),
]
