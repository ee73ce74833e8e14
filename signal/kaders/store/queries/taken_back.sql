-- one row per revision that still has something of a document that its source has withdrawn
-- In: relation `touched` (entry; queries/touched.sql): nothing else can have been withdrawn by a load.
SELECT rowid AS spot, id, content, entry, owner_group, address_key, text_key, lead_key
FROM core_document
WHERE
    fate <> 'withdrawn'
    AND entry IN (SELECT entry FROM touched)
    AND id IN (SELECT id FROM core_document WHERE fate = 'withdrawn' AND entry IN (SELECT entry FROM touched))
    AND (
        title <> '' OR text <> '' OR snippet <> '' OR url <> '' OR author IS NOT NULL
        OR address_key IS NOT NULL OR title_key IS NOT NULL OR text_key IS NOT NULL OR lead_key IS NOT NULL
        OR fate = 'duplicate' OR relation = 'retitled'
        OR id IN (SELECT id FROM core_question)
    )
