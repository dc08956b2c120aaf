"""Acts on reports and cases, by idea: intake, triage, handling, checking, voice, setup."""
