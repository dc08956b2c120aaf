"""Writes the contract down as agreed: run it on purpose, after reading what changed."""

import json
import os

import django


def main() -> None:
    """Overwrite the snapshot."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from tests.edges.api.test_api_contract import SNAPSHOT, contract  # noqa: PLC0415 - Django must be up first

    SNAPSHOT.write_text(json.dumps(contract(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
