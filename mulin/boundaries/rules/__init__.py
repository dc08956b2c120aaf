"""What an adjustment of boundaries may be and what comes of it; pure."""
