"""Words only a few may read, sealed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Words only a few may read, sealed."""

    dependencies = [
        ("people", "0004_secondment"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealedWords",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
                ("wrapped_key", models.BinaryField()),
                ("master_key", models.CharField(max_length=16)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["master_key"], name="sealed_master_key")],
            },
        ),
    ]
