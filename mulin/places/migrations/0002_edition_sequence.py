"""Numbers for places.Edition that no rollback turns back."""

from django.db import migrations


class Migration(migrations.Migration):
    """Create the sequence."""

    dependencies = [("places", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE places_edition_number;",
            "DROP SEQUENCE places_edition_number;",
        ),
    ]
