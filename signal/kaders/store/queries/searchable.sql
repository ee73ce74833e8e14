-- one row per document that still has words and was not withdrawn, in its latest revision, dated by its first
-- In: database `published`. size: characters of its words, by which it is seen that they changed or went.
SELECT
    id,
    content,
    source,
    kind,
    language,
    dated AS published,
    strlen(title) + strlen(text) AS size
FROM published.core_document
WHERE superseded IS NULL AND fate <> 'withdrawn' AND strlen(title) + strlen(text) > 0
