-- one row per revision that somebody asks to have erased: by its author, its address or its words
-- In: $authors (pseudonyms) of $source ('' for all), $shapes (as read/erased.py's form), $phrases (as its phrase,
-- with a blank on either side).
WITH spelled AS (
    SELECT
        *,
        rtrim(regexp_replace(url, '^https?://(www\.)?', ''), '/') AS shape,
        ' ' || trim(regexp_replace(lower(title || ' ' || text), '[^\p{L}\p{N}]+', ' ', 'g')) || ' ' AS words
    FROM core_document
)

SELECT source, entry, published::DATE AS day, title, text, url
FROM spelled
WHERE
    (list_contains($authors, author) AND $source IN ('', source))
    OR (url <> '' AND list_contains($shapes, shape))
    OR (len($phrases) > 0 AND len(list_filter($phrases::VARCHAR[], lambda words_asked: contains(words, words_asked))) > 0)
ORDER BY ALL
