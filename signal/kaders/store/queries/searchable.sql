-- one row per document that still has words and was not withdrawn, in its latest revision, dated by its first
-- In: database `published`. size: characters of its words, by which it is seen that they changed or went.
WITH latest AS (
    SELECT
        id,
        arg_min(published, {first_seen: first_seen, content: content}) AS published,
        arg_max(
            content, {withdrawn: fate = 'withdrawn', first_seen: first_seen, content: content}
        ) AS content
    FROM published.core_document
    GROUP BY id
)

SELECT
    d.id,
    d.content,
    d.source,
    d.kind,
    d.language,
    latest.published,
    strlen(d.title) + strlen(d.text) AS size
FROM latest
INNER JOIN published.core_document AS d ON latest.id = d.id AND latest.content = d.content
WHERE d.fate <> 'withdrawn' AND strlen(d.title) + strlen(d.text) > 0
