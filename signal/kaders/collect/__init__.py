"""Door: fetches what the sources serve and writes it to landing."""
