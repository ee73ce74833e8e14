-- one row per document to show that still has its words, newest first
-- In: relations `newest` and `spots` (the queries of those names), database `published`.
-- changed: whether another revision had another title.
WITH revision AS MATERIALIZED (
    SELECT id, content, source, kind, title, text, snippet, url, fate
    FROM published.core_document
    WHERE rowid IN (SELECT spot FROM spots)
)

SELECT
    newest.published,
    d.source,
    d.kind,
    d.title,
    d.text,
    d.snippet,
    d.url,
    d.fate = 'duplicate' AS copy,
    EXISTS (
        FROM revision AS other
        WHERE other.id = d.id AND other.title <> d.title AND other.title <> ''
    ) AS changed
FROM newest
INNER JOIN revision AS d ON newest.id = d.id AND newest.content = d.content
WHERE d.fate <> 'withdrawn' AND (d.title <> '' OR d.text <> '')
ORDER BY newest.published DESC, newest.id ASC
