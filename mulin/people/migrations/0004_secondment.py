"""A secondment names home and end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A secondment names home and end."""

    dependencies = [
        ("people", "0003_actor_function"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "secondment"), _negated=True),
                    models.Q(("source_unit__isnull", False), ("until_on__isnull", False)),
                    _connector="OR",
                ),
                name="secondment_has_home_and_end",
            ),
        ),
    ]
