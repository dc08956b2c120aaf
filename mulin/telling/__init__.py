"""Who is told what, when and by which channel: follows the ledger, writes notices, sends messages."""
