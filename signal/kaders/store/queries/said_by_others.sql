-- one row per word (small letters and digits) that a document says which is not among those that are erased
-- In: $terms, $ids (entries that are erased).
WITH spelled AS (
    SELECT
        ' ' || trim(regexp_replace(lower(title || ' ' || text), '[^\p{L}\p{N}]+', ' ', 'g')) || ' ' AS words
    FROM core_document
    WHERE NOT list_contains($ids::VARCHAR[], entry)
)

SELECT term
FROM (SELECT unnest($terms::VARCHAR[]) AS term) AS asked
WHERE EXISTS (FROM spelled WHERE contains(words, ' ' || term || ' '))
