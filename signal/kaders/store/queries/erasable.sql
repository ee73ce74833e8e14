-- one row per entry, address and author of which the warehouse still has something
SELECT DISTINCT source, entry, url, author
FROM core_document
WHERE title <> '' OR text <> '' OR snippet <> '' OR url <> '' OR author IS NOT NULL
