"""Judgements that nobody sees before they may: ballots and ratings between units."""
