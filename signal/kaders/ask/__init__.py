"""Boolean questions, as search and alerts ask them: read, judged against a document, shown in its words."""
