-- one row per other document of the stories that some documents belong to, in the order they were seen
-- In: $asked (addresses in their canonical form, or ids of documents). document: the one it shares a story with.
WITH meant AS (
    SELECT id, story
    FROM documents
    WHERE list_contains($asked::VARCHAR [], url) OR list_contains($asked::VARCHAR [], id)
)

SELECT meant.id AS document, d.id, d.first_seen AS seen, d.source, first.relation, d.title, d.url
FROM documents AS d
INNER JOIN meant ON d.story = meant.story AND d.id <> meant.id
INNER JOIN document_history AS first ON d.id = first.id AND first.revision = 1
ORDER BY meant.id, d.first_seen, d.id
