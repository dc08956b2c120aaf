"""The one row of Edition: the lock of the tree of units."""

from django.db import migrations


class Migration(migrations.Migration):
    """Insert the row; every act on the tree locks it first."""

    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql="INSERT INTO people_edition (id, number) VALUES (1, 0)",
            reverse_sql="DELETE FROM people_edition",
        )
    ]
