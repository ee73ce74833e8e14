-- one row per revision that somebody asks to have erased: by its author or its address (sure), or perhaps its words
-- In: $authors (pseudonyms) of $source ('' for all), $shapes (as read/erased.py's form), $spelled (as its spelled, ''
-- for no words).
WITH asked AS (
    SELECT
        *,
        coalesce(list_contains($authors, author) AND $source IN ('', source), false)
        OR (url <> '' AND list_contains($shapes, rtrim(regexp_replace(url, '^https?://(www\.)?', ''), '/'))) AS sure
    FROM core_document
)

SELECT source, entry, published::DATE AS day, title, text, url, sure
FROM asked
WHERE sure OR ($spelled <> '' AND regexp_matches(title || ' ' || text, $spelled))
ORDER BY ALL
