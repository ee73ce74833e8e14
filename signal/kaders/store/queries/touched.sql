-- one row per owner group, address and text of the documents that a load changes
-- In: relations `winner` and `leaving` (the queries of those names). All revisions count: a document's age may
-- change, and with it who copied whom.
SELECT DISTINCT owner_group, address_key, text_key
FROM core_document
WHERE id IN (SELECT id FROM winner UNION SELECT id FROM leaving)
