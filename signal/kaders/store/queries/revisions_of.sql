-- one row per revision of the documents that ever had one of some addresses, in the order they were seen
-- In: $asked (addresses in their canonical form, or ids of documents).
SELECT id, seen, source, relation, change, title, title_before, url
FROM document_history
WHERE id IN (
    SELECT id
    FROM document_history
    WHERE list_contains($asked::VARCHAR [], url) OR list_contains($asked::VARCHAR [], id)
)
ORDER BY id, seen, revision
