"""What everything stands on and that knows nothing of study: SQLite, loading, memory, the offline switches."""
