-- one row per revision in the warehouse that makes way for what is loaded
-- In: relations `winner` (queries/winners.sql) and `wanted` (landing). What an earlier tagger made of a file
-- goes as a whole, also when today's readers find fewer documents in it.
SELECT id, content FROM core_document WHERE landing IN (SELECT landing FROM wanted)
UNION
SELECT id, content FROM core_document SEMI JOIN winner USING (id, content)
