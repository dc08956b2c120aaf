"""Tables of areas through time, compounds, buildings, stairwells and dwellings; no behaviour.

Coordinates are WGS-84 / CGCS2000 degrees, longitude first. Geometry is WKB (fast to load) beside its bounding
box; PostGIS is never needed. ``unit_code`` names the people.Unit that governs an area: places lies below people
and knows units by their code only.
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
    outline = models.BinaryField()  # WKB polygon or multipolygon
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    synthetic = models.BooleanField(default=False)  # "形状为示意": says so wherever it is drawn
    source = models.CharField(max_length=80, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "until_on"]), models.Index(fields=["unit_code"])]
        constraints = [
            models.UniqueConstraint(fields=["code", "from_on"], name="area_edition_once"),
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="area_period"),
        ]


class Compound(models.Model):
    """A residential compound (小区); compound and grid are many to many, through time."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list)
    lon = models.FloatField()
    lat = models.FloatField()
    firm_code = models.CharField(max_length=32, blank=True)  # the property firm's unit; empty = none (无物业)
    from_on = models.DateField()
    until_on = models.DateField(null=True)


class CompoundGrid(models.Model):
    """A compound lies (partly) in a grid."""

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="grids")
    grid_code = models.CharField(max_length=32)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["compound", "grid_code", "from_on"], name="compound_grid_once")]


class Building(models.Model):
    """A building (楼栋) in a grid; no data on who lives there."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    compound = models.ForeignKey(Compound, null=True, on_delete=models.PROTECT, related_name="buildings")
    grid_code = models.CharField(max_length=32)
    group_code = models.CharField(max_length=32, blank=True)  # courtyard group (楼院党小组) as a unit; empty = gap
    lon = models.FloatField()
    lat = models.FloatField()


class Stairwell(models.Model):
    """A stairwell (单元) of a building; its steward is an appointment in the unit of this code."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="stairwells")
    name = models.CharField(max_length=20)
    unit_code = models.CharField(max_length=40, unique=True)


class Dwelling(models.Model):
    """A dwelling (户) as an address only."""

    stairwell = models.ForeignKey(Stairwell, on_delete=models.CASCADE, related_name="dwellings")
    name = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stairwell", "name"], name="dwelling_once")]


class Edition(models.Model):
    """A counter that moves with every change of areas or names: in-process indexes compare it and reload."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
