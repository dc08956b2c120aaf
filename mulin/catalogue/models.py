"""Tables of lists (清单), their dated editions and items; no behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class ItemList(models.Model):
    """A list the city keeps: matters, powers, admission … ; its content lives in editions."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)


class Edition(models.Model):
    """A list as it stands from a day on; the newest edition begun is the one in force."""

    item_list = models.ForeignKey(ItemList, on_delete=models.PROTECT, related_name="editions")
    name = models.CharField(max_length=80)  # "2026 版（示例）"
    from_on = models.DateField()
    published_at = models.DateTimeField()
    source_digest = models.CharField(max_length=64)  # SHA-256 of the file it came from

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item_list", "from_on"], name="one_edition_a_day")]


class Item(models.Model):
    """One entry of an edition: what it is, who leads, how long it may take, what closes it."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="items")
    line = models.IntegerField()  # the row of the sheet it came from: keeps the order, reasons cite it
    code = models.CharField(max_length=32)  # "2-017"
    name = models.CharField(max_length=120)
    path = ArrayField(models.CharField(max_length=60))  # category path, widest first
    module = models.CharField(max_length=16)  # rules.items.Module (S-049)
    levels = ArrayField(
        models.CharField(max_length=32)
    )  # level split: unit kinds that handle it, lowest first
    lead_kind = models.CharField(max_length=32)
    assist_kinds = ArrayField(models.CharField(max_length=32), default=list)
    in_compound = models.BooleanField(default=False)  # handled by 三单一访 inside a compound
    limit_value = models.PositiveIntegerField()
    limit_kind = models.CharField(max_length=16)  # clocks.rules.limits.LimitKind
    evidence = ArrayField(models.CharField(max_length=40), default=list)  # rules.items.Evidence
    closing_standard = models.CharField(max_length=300)
    is_public = models.BooleanField(default=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    keywords = ArrayField(models.CharField(max_length=40), default=list)
    checklist = ArrayField(
        models.CharField(max_length=100), default=list
    )  # what a resident must bring, told all at once (一次性告知)
    is_example = models.BooleanField(default=False)  # 示例: invented for demonstration

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="item_code_once"),
            models.CheckConstraint(
                condition=Q(module__in=["development", "enforcement", "livelihood"]), name="item_module"
            ),
            models.CheckConstraint(
                condition=Q(
                    limit_kind__in=[
                        "minutes",
                        "hours",
                        "working_minutes",
                        "working_hours",
                        "working_days",
                        "natural_days",
                    ]
                ),
                name="item_limit_kind",
            ),
            models.CheckConstraint(condition=Q(limit_value__gte=1), name="item_limit_value"),
            models.CheckConstraint(condition=Q(path__len__gte=1), name="item_path"),
            models.CheckConstraint(condition=Q(levels__len__gte=1), name="item_levels"),
        ]
        indexes = [models.Index(fields=["code"])]
