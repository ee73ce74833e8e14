-- one row per revision of a document that still has its words and is older than they may be kept
-- In: $sources and $firsts, two lists side by side: words of a source from before its moment go, and none go
-- where that is NULL; $others (moment), for the sources that are not in the list any more.
-- The age counts from the moment it was published, or seen if that was later.
WITH kept AS (
    SELECT
        unnest($sources::VARCHAR []) AS source,
        unnest($firsts::TIMESTAMPTZ []) AS first_kept
)

SELECT
    document.id,
    document.content
FROM core_document AS document
LEFT JOIN kept ON document.source = kept.source
WHERE
    greatest(document.published, document.first_seen)
    < CASE WHEN kept.source IS NULL THEN $others ELSE kept.first_kept END
    AND (document.text <> '' OR document.title <> '' OR document.snippet <> '')
