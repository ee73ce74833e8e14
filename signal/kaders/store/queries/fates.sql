-- one row per revision that may have become a copy, or may no longer be one: its fate
-- A revision is a duplicate when an earlier document of the same owner group had its address or its text by
-- then. Earlier: first seen before it, and by id when both came in one visit. It looks back only, so that the
-- fate as-of any moment is the fate as it stands now.
-- In: relation `touched` (queries/touched.sql).
WITH readable AS (
    SELECT id, content, owner_group, address_key, text_key, first_seen
    FROM core_document
    WHERE fate IN ('kept', 'duplicate')
),

affected AS (
    SELECT r.* FROM readable AS r
    SEMI JOIN touched AS t ON r.owner_group = t.owner_group AND r.address_key = t.address_key
    UNION
    SELECT r.* FROM readable AS r
    SEMI JOIN touched AS t ON r.owner_group = t.owner_group AND r.text_key = t.text_key
),

-- Everything that shares an address or a text with one of those: the whole line to look back along.
near AS (
    SELECT r.* FROM readable AS r
    SEMI JOIN affected AS t ON r.owner_group = t.owner_group AND r.address_key = t.address_key
    UNION
    SELECT r.* FROM readable AS r
    SEMI JOIN affected AS t ON r.owner_group = t.owner_group AND r.text_key = t.text_key
),

born AS (
    SELECT id, min(first_seen) AS since
    FROM core_document
    WHERE id IN (SELECT id FROM near)
    GROUP BY id
),

judged AS (
    SELECT
        near.id,
        near.content,
        -- Without an address or a text a revision stands alone.
        near.address_key IS NOT NULL AND (min({since: since, id: near.id}) OVER (
            PARTITION BY owner_group, address_key ORDER BY first_seen
        )).id <> near.id AS same_address,
        near.text_key IS NOT NULL AND (min({since: since, id: near.id}) OVER (
            PARTITION BY owner_group, text_key ORDER BY first_seen
        )).id <> near.id AS same_text
    FROM near
    INNER JOIN born ON near.id = born.id
)

SELECT id, content, CASE WHEN same_address OR same_text THEN 'duplicate' ELSE 'kept' END AS fate
FROM judged
SEMI JOIN affected ON judged.id = affected.id AND judged.content = affected.content
