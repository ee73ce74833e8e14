-- one row per pseudonym in the warehouse that was not made with the newest key
-- In: $newest (what a pseudonym of the newest key begins with).
SELECT DISTINCT author
FROM core_document
WHERE author IS NOT NULL AND NOT starts_with(author, $newest)
