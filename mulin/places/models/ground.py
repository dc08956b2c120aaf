"""Tables of areas through time, compounds, buildings, stairwells and dwellings; no behaviour.

Coordinates are WGS-84 / CGCS2000 degrees, longitude first. Geometry is WKB (fast to load) beside its bounding
box; PostGIS is never needed. ``unit_code`` names the people.Unit that governs an area: places lies below
people and knows units by their code only. Every period is ``[from_on, until_on)``.
"""

from django.db import models
from django.db.models import F, Q


class Area(models.Model):
    """A piece of ground with an outline, for a period: an edition of a grid's, community's … boundary."""

    code = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)  # county, street, community, grid
    name = models.CharField(max_length=80)
    parent_code = models.CharField(max_length=32, blank=True)
    unit_code = models.CharField(max_length=32)
    grid_type = models.CharField(
        max_length=16, blank=True
    )  # basic or special (基础网格 / 专属网格); grids only
    outline = models.BinaryField()  # WKB polygon or multipolygon
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    synthetic = models.BooleanField(default=False)  # "形状为示意": says so wherever it is drawn
    source = models.CharField(max_length=80, blank=True)
    source_system = models.CharField(
        max_length=32, blank=True
    )  # what the outline came in; empty = not stated
    accuracy_m = models.FloatField(null=True)  # how far off it may be, conversion included
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "until_on"]), models.Index(fields=["unit_code"])]
        constraints = [
            models.UniqueConstraint(fields=["code", "from_on"], name="area_edition_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(until_on__isnull=True), name="area_one_running_edition"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="area_period"
            ),
        ]


class Compound(models.Model):
    """A residential compound (小区): an entity of its own, not a grid by another name."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list)
    lon = models.FloatField()
    lat = models.FloatField()
    outline = models.BinaryField(null=True)  # WKB; without one, points near its buildings count as inside
    synthetic = models.BooleanField(default=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="compound_period"
            ),
        ]


class CompoundGrid(models.Model):
    """A compound lies (partly) in a grid; many to many."""

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="grids")
    grid_code = models.CharField(max_length=32)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "grid_code", "from_on"], name="compound_grid_once"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="compound_grid_period"
            ),
        ]


class CompoundFirm(models.Model):
    """A property firm (a unit) looks after a compound; no row at a date means nobody does (无物业)."""

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="firms")
    firm_code = models.CharField(max_length=32)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "from_on"], name="compound_firm_once"),
            models.UniqueConstraint(
                fields=["compound"], condition=Q(until_on__isnull=True), name="compound_one_running_firm"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="compound_firm_period"
            ),
        ]


class Building(models.Model):
    """A building (楼栋); ``code`` is also the code of its unit. No data on who lives there."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=40)
    compound = models.ForeignKey(Compound, null=True, on_delete=models.PROTECT, related_name="buildings")
    lon = models.FloatField()
    lat = models.FloatField()
    floors = models.SmallIntegerField(default=0)  # 0 = not counted
    doors = models.SmallIntegerField(default=0)  # dwellings on each floor of a stairwell
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="building_period"
            ),
        ]


class BuildingGrid(models.Model):
    """A building belongs to one grid at any date, and at most to one courtyard group (楼院党小组)."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="grids")
    grid_code = models.CharField(max_length=32)
    group_code = models.CharField(max_length=32, blank=True)  # the group's unit; empty = in the gap report
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["grid_code", "until_on"])]
        constraints = [
            models.UniqueConstraint(fields=["building", "from_on"], name="building_grid_once"),
            models.UniqueConstraint(
                fields=["building"], condition=Q(until_on__isnull=True), name="building_one_running_grid"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="building_grid_period"
            ),
        ]


class Stairwell(models.Model):
    """A stairwell (单元) of a building; its steward is an appointment in the unit of this code."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="stairwells")
    name = models.CharField(max_length=20)
    unit_code = models.CharField(max_length=32, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "name"], name="stairwell_once")]


class Dwelling(models.Model):
    """A dwelling (户) as an address only."""

    stairwell = models.ForeignKey(Stairwell, on_delete=models.CASCADE, related_name="dwellings")
    name = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stairwell", "name"], name="dwelling_once")]


class Edition(models.Model):
    """A number that moves with every change of areas or names: in-process indexes compare it and reload.

    It is drawn from a sequence, which no rollback turns back: a number never stands for two states.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
