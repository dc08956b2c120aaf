"""Tables of entries, chain heads, roots and receipts; no behaviour. Migration 0002 makes them append-only.

Entries are written by `actions.record` alone; the trigger fills id, tx, chain, height, previous and hash.
"""

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One thing that happened: never changed, never removed, free of personal data."""

    id = models.BigIntegerField(primary_key=True)  # taken while the chain is locked: rises along each chain
    tx = (
        models.BigIntegerField()
    )  # the transaction that wrote it; readers go by (tx, id), see queries.entries_after
    at = models.DateTimeField()
    kind = models.CharField(max_length=64)  # "case.dispatched"
    subject_kind = models.CharField(max_length=32)  # "case"
    subject = models.CharField(max_length=64)
    account_id = models.BigIntegerField()  # 0 the public, -1 the system
    unit_id = models.BigIntegerField(null=True)  # for which unit the actor acted
    facts = models.JSONField()
    chain = models.SmallIntegerField()
    height = models.BigIntegerField()
    previous = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="entry_subject"),
            models.Index(fields=["tx", "id"], name="entry_tx"),
        ]


class Chain(models.Model):
    """The head of one of the sixteen chains; moved by the trigger on entries, by nobody else."""

    chain = models.SmallIntegerField(primary_key=True)
    height = models.BigIntegerField()
    entry = models.BigIntegerField()
    hash = models.BinaryField()
    base = models.BigIntegerField(default=0)  # added to this server's transaction numbers, see actions.settle


class Root(models.Model):
    """All sixteen heads at one moment, sealed by one hash that follows on the root before."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    heads = models.JSONField()  # [[chain, height, entry, hash in hex], …]
    previous = models.BinaryField()
    hash = models.BinaryField()


class Receipt(models.Model):
    """The answer given to a request that may be sent again; replayed instead of doing the act twice."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=120)  # who asked for what: the same key elsewhere is another key
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the request: the same key with other words is refused
    body = models.BinaryField(default=b"")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="receipt_once")]
        indexes = [models.Index(fields=["at"], name="receipt_at")]
