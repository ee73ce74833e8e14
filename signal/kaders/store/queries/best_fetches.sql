-- one row per source and moment among the arrived visits: the best of all attempts, those we had included
-- A moment that was run again after a failure was visited in the end; what landed, landed.
-- In: relation `visit` (queries/fetches.sql).
WITH attempt AS (
    SELECT * FROM visit
    UNION ALL BY NAME
    SELECT raw_fetch.* FROM raw_fetch SEMI JOIN visit USING (source, moment)
)

SELECT *
FROM attempt
QUALIFY row_number() OVER (
    PARTITION BY source, moment
    ORDER BY
        list_position(['OK', 'PARTIAL', 'NOT EXPECTED', 'FAILED'], outcome),
        new_entries DESC, entries DESC, landing, reason, detail, status, bad_entries
) = 1
