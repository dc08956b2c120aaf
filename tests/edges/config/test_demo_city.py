"""One demonstration, one city: a second pack is not adopted over the first."""

import click
import pytest

from mulin.config.demo import refuse_another_city
from tests.house.tree import ROOT
from tests.make import packs


@pytest.mark.django_db
def test_the_demonstration_of_another_pack_is_left_alone() -> None:
    packs.city()
    refuse_another_city(ROOT / "packs" / "demo")
    with pytest.raises(click.ClickException, match="--pack demo"):
        refuse_another_city(ROOT / "packs" / "yicheng")
