"""What system an outline came in, and how far off it may be."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add both to areas; what stands did not say."""

    dependencies = [("places", "0002_edition_sequence")]

    operations = [
        migrations.AddField(model_name="area", name="accuracy_m", field=models.FloatField(null=True)),
        migrations.AddField(
            model_name="area", name="source_system", field=models.CharField(blank=True, max_length=32)
        ),
    ]
