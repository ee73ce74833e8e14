-- one row per document to show, the newest that were found
-- In: relation `hit` (doc), table `page`; $limit.
SELECT page.*
FROM page
SEMI JOIN hit USING (doc)
ORDER BY published DESC, id ASC
LIMIT $limit
