"""The mediations that run, by unit."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The mediations that run, by unit."""

    dependencies = [
        ("cases", "0010_grades"),
        ("people", "0005_sealed_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="mediation",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)), fields=["unit"], name="mediation_running"
            ),
        ),
    ]
