-- one row per revision of a social post that still has its words and is older than they may be kept
-- In: $before (moment). The age counts from the moment it was published, or seen if that was later.
SELECT id, content
FROM core_document
WHERE
    kind = 'social'
    AND greatest(published, first_seen) < $before
    AND (text <> '' OR title <> '' OR snippet <> '')
