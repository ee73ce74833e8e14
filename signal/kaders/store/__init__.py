"""Door: the only room that knows files of landing and the DuckDB warehouse."""
