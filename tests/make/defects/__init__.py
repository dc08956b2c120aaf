"""Wrong lines, each with the tests that must not survive it."""

from tests.make.defects.around import AROUND
from tests.make.defects.clocks import CLOCKS
from tests.make.defects.ground import GROUND
from tests.make.defects.heart import HEART
from tests.make.defects.shape import Defect

DEFECTS: list[Defect] = [*HEART, *AROUND, *CLOCKS, *GROUND]

__all__ = ["DEFECTS", "Defect"]
