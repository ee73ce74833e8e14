"""Boolean questions, for search and made for alerts: read, held against a document, shown in words."""
