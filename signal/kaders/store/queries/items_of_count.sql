-- one row per issue and day on which something counted: the number of items of count
-- In: relation `talk` with one row per document and issue (issue, day, story), public and cleaned.
-- A story counts once per issue and day, however many copies of it there are (docs/decisions/0004).
SELECT
    issue,
    day,
    count(DISTINCT story) AS items
FROM talk
GROUP BY issue, day
ORDER BY issue, day
