-- one row per document that is a copy within its owner group of one that was seen earlier
WITH firsts AS (
    SELECT id, owner_group, min(first_seen) AS seen, min_by(url, first_seen) AS url,
        min_by(md5(lower(title || ' ' || text)), first_seen) AS words
    FROM core_document
    WHERE fate IN ('kept', 'duplicate')
    GROUP BY id, owner_group
)
SELECT id
FROM firsts
QUALIFY
    (url <> '' AND row_number() OVER (PARTITION BY owner_group, url ORDER BY seen, id) > 1)
    OR row_number() OVER (PARTITION BY owner_group, words ORDER BY seen, id) > 1
