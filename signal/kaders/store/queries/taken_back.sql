-- one row per revision that still has something of a document that its source has withdrawn
-- Its keys are given as well: what was a copy of it is judged again, as without it.
SELECT id, content, owner_group, address_key, text_key
FROM core_document
WHERE
    fate <> 'withdrawn'
    AND id IN (SELECT id FROM core_document WHERE fate = 'withdrawn')
    AND (
        title <> '' OR text <> '' OR snippet <> '' OR url <> '' OR author IS NOT NULL
        OR address_key IS NOT NULL OR text_key IS NOT NULL OR fate = 'duplicate'
        OR id IN (SELECT id FROM core_question)
    )
