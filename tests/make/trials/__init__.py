"""A trial of every act on a case: on what, by whom, to what end; what must be refused follows from it."""

from tests.make.trials import clocks, loop, mediation, watching, whistles
from tests.make.trials.shape import Trial

TRIALS: list[Trial] = [
    *loop.TRIALS,
    *watching.TRIALS,
    *clocks.TRIALS,
    *whistles.TRIALS,
    *mediation.TRIALS,
]
