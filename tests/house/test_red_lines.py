"""The red lines (design.md §3) as tests over tables, dependencies and pages."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from tests.house.tree import ROOT, files, imported, programs, text_files

# Whole words in the names of tables and columns. A score of a unit or a grid would be fine; of a person it is
# not, and a name does not tell the two apart: whoever needs one of these words says here why it is harmless.
FORBIDDEN = re.compile(
    r"(?:^|_)(face|faces|facial|biometric|fingerprint|iris|gait|voiceprint|plate|id_?card|id_?number|ethnicity|religion"
    r"|score|scores|points|rank|ranking|risk|label|labels|tag|tags|profile|dossier|blacklist|credit"
    r"|track|tracks|trajectory|footprint|movement|attendance|check_?in|punch|family|relatives|hukou)(?:$|_)"
)
HARMLESS: dict[str, str] = {
    "people_unitkind.rank": "how high a kind of unit stands in the tree: city 1 … stairwell 7",
    "cases_evaluation.scores": "how one unit found another in one whistle; of no person, never ranked",
    "judgement_submission.scores": "how one unit found another in a review of both; of no person",
    "people_unitkind.family": "a family of kinds of units: territory, department, party, firm",
    "worklog_label": "what a city calls a kind of work or a step of its loop; of no person",
    "worklog_label.family": "which set of words a word belongs to: those of the log, of a loop, of a method",
}
EYES = {
    "cv2",
    "face_recognition",
    "dlib",
    "deepface",
    "insightface",
    "mediapipe",
    "torch",
    "tensorflow",
    "onnxruntime",
    "ultralytics",
}


def columns() -> Iterator[str]:
    for model in apps.get_models():
        if model.__module__.startswith("mulin."):
            yield model._meta.db_table
            yield from (f"{model._meta.db_table}.{field.column}" for field in model._meta.concrete_fields)


COLUMNS = sorted(columns())


def test_there_are_tables_to_look_at() -> None:
    assert len(COLUMNS) > 60


@pytest.mark.parametrize("name", COLUMNS)
def test_no_table_can_hold_a_judgement_or_a_track_of_a_person(name: str) -> None:
    found = FORBIDDEN.search(name.rpartition(".")[2])
    assert not found or name in HARMLESS, f"{name}: {found and found[1]}"


@pytest.mark.parametrize(
    "name", ["face_image", "risk", "person_score", "labels", "gps_track", "checkin_at", "family_of"]
)
def test_the_check_of_names_can_fail(name: str) -> None:
    assert FORBIDDEN.search(name)


@pytest.mark.parametrize("name", ["surface", "tracking_code", "interface", "stage", "template", "scored"])
def test_the_check_of_names_leaves_harmless_words(name: str) -> None:
    assert not FORBIDDEN.search(name)


def test_harmless_names_are_not_left_over() -> None:
    assert set(HARMLESS) <= set(COLUMNS)


def test_nothing_here_recognises_faces() -> None:
    for name, module in programs():
        assert not EYES & {target.split(".")[0] for target in imported(module)}, name
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert not EYES & {re.split(r"[\[<>=]", line)[0].replace("-", "_") for line in wanted}


def test_pages_ask_for_no_picture_of_a_person() -> None:
    """A photo shows the matter: the camera that looks at its owner is never asked for."""
    for path, text in text_files():
        if path.suffix in {".html", ".ts"}:
            assert 'capture="user"' not in text, path
            assert not re.search(r"facingMode[\"']?\s*:\s*[\"']user", text), path


def test_contacts_lie_apart_from_cases() -> None:
    """A telephone number or a name of a resident has one place: the vault."""
    for model in apps.get_models():
        if model.__module__ == "mulin.cases.models":
            for field in model._meta.concrete_fields:
                assert not re.search(r"phone|mobile|email|id_card", field.name), (
                    f"{model.__name__}.{field.name}"
                )
                assert not (
                    field.name in {"name", "resident", "reporter"}
                    and isinstance(field, models.CharField)
                    and model.__name__ in {"Report", "Case", "Reception"}
                )


def test_no_page_is_written_inline() -> None:
    """The content policy forbids inline scripts and styles; a page that needs one would be broken."""
    inline = re.compile(
        r"<script(?![^>]*\b(?:src|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=|javascript:",
        re.IGNORECASE,
    )
    for path in files():
        if path.suffix == ".html" and "templates" in path.parts:
            found = inline.search(path.read_text())
            assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"
