-- one row per address and text of the documents that a load changes, by group
-- In: relation `winner` (queries/winners.sql). All revisions of a document count: its age may change.
SELECT DISTINCT owner_group, address_key, text_key
FROM core_document
WHERE id IN (SELECT id FROM winner)
