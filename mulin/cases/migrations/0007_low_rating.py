"""A low rating may lead to supervision: its word is longer than the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A low rating may lead to supervision: its word is longer than the others."""

    dependencies = [("cases", "0006_aftercare")]

    operations = [
        migrations.AlterField(
            model_name="settings",
            name="low_rating",
            field=models.CharField(default="visit", max_length=16),
        )
    ]
