"""What can be done to places: one name per act and permission."""

from enum import StrEnum


class Act(StrEnum):
    """An act of this package."""

    IMPORT_DIVISIONS = "import_divisions"
    IMPORT_AREAS = "import_areas"
    IMPORT_COMPOUNDS = "import_compounds"
    IMPORT_BUILDINGS = "import_buildings"
    GROUP_BUILDINGS = "group_buildings"
    ADJUST_BOUNDARIES = "adjust_boundaries"  # merge, split, redraw: areas, units and open cases as one act
    IMPORT_THINGS = "import_things"
    RECORD_THING = "record_thing"
    CHANGE_THING_STATE = "change_thing_state"
    END_THING = "end_thing"
    SURVEY_GRID = "survey_grid"
