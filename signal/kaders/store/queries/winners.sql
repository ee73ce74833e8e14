-- one row per arrived revision that is new, was seen earlier than the one we have, or is tagged anew
-- In: relations `arrived` (queries/arrived.sql) and `wanted` (path, landing, tagger).
SELECT a.*
FROM arrived AS a
LEFT JOIN core_document AS d ON a.id = d.id AND a.content = d.content
WHERE
    d.id IS NULL
    OR (a.first_seen, a.landing) <= (d.first_seen, d.landing)
    OR d.landing IN (SELECT landing FROM wanted)
