-- one row per arrived revision that is new, was seen earlier than the one we have, or is tagged anew
-- Of a revision that arrived more than once the file that saw it first counts. spot: its row in `line`.
-- In: relations `line` (queries/lines.sql), `known` (queries/known.sql) and `wanted` (landing).
WITH arrived AS (
    SELECT rowid AS spot, id AS entry, content, first_seen, landing
    FROM line
    QUALIFY row_number() OVER (
        PARTITION BY id, content
        ORDER BY first_seen, landing, published, url, engagement, author
    ) = 1
)

SELECT a.spot, a.entry, a.content
FROM arrived AS a
LEFT JOIN known AS d ON a.entry = d.entry AND a.content = d.content
WHERE
    d.entry IS NULL
    OR (a.first_seen, a.landing) <= (d.first_seen, d.landing)
    OR d.landing IN (SELECT landing FROM wanted)
