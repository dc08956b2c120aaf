"""The addresses of the console."""

from django.urls import path
from django.views.i18n import set_language

from mulin.console.views import (
    acts,
    case,
    contact,
    dispatch,
    intake,
    ledger,
    lists,
    me,
    places,
    queue,
    sign_in,
    units,
)

app_name = "console"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("export.xlsx", queue.export, name="export"),
    path("cases/<uuid:case_id>/", case.case, name="case"),
    path("cases/<uuid:case_id>/acts/<slug:name>/", acts.act, name="act"),
    path("cases/<uuid:case_id>/photos/<slug:digest>", case.photo, name="photo"),
    path("cases/<uuid:case_id>/contact/<uuid:report_id>/", contact.contact, name="contact"),
    path("cases/<uuid:case_id>/filed/", intake.filed, name="filed"),
    path("new/", intake.new, name="new"),
    path("new/hints", intake.hints, name="hints"),
    path("receptions/", intake.receptions, name="receptions"),
    path("places/map", places.small_map, name="map"),
    path("places/picker", places.picker, name="picker"),
    path("places/located", places.located, name="located"),
    path("lists/", lists.lists, name="lists"),
    path("lists/template.xlsx", lists.template_sheet, name="list_template"),
    path("lists/publish/", lists.publish, name="publish_list"),
    path("lists/<int:edition_id>/", lists.edition, name="edition"),
    path("lists/<int:edition_id>.xlsx", lists.edition_sheet, name="edition_sheet"),
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("units/", units.tree, name="units"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("me/second-factor/", me.enrol, name="enrol"),
    path("me/tokens/", me.my_tokens, name="tokens"),
    path("me/tokens/<int:token_id>/revoke/", me.revoke, name="revoke"),
    path("me/sessions/end/", me.end_sessions, name="end_sessions"),
    path("me/keys/", me.keys, name="keys"),
    path("me/theme/", me.theme, name="theme"),
    path("me/language/", set_language, name="language"),
]
