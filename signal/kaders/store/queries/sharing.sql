-- one row per document that begins like another one and that a load touched, or that no longer does
-- place: in the order of leads and of when they were first seen, for telling which of them are one story (read/same.py).
-- In: relation `touched` (queries/touched.sql).
WITH joined AS (
    SELECT DISTINCT id
    FROM core_document
    WHERE story <> id AND entry IN (SELECT entry FROM touched)
),

member AS (
    SELECT id, lead_key, dated, born
    FROM core_document
    WHERE revision = 1 AND (lead_key IN (SELECT lead_key FROM touched) OR id IN (SELECT id FROM joined))
    QUALIFY count(*) OVER (PARTITION BY lead_key) > 1 OR story <> id OR id IN (SELECT id FROM joined)
)

SELECT id, lead_key, dated, row_number() OVER (ORDER BY lead_key, born, id) AS place
FROM member
