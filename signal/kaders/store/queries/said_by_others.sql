-- one row per revision of a document that is not erased and perhaps says one of some words; not more than some
-- In: $spelled (read/erased.py's spelled), $ids (entries that are erased), $most.
SELECT title, text
FROM core_document
WHERE
    regexp_matches(title || ' ' || text, $spelled)
    AND entry NOT IN (SELECT unnest($ids::VARCHAR[]))
LIMIT $most
