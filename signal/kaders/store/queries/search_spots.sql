-- one row per revision of the documents to show: where it stands in the published copy
-- In: relation `newest` (queries/search_newest.sql), database `published`. Only ids are read here: the words of
-- all documents are a hundred times as much.
SELECT rowid AS spot
FROM published.core_document
WHERE id IN (SELECT id FROM newest)
