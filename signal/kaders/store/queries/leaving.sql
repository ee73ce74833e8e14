-- one row per revision in the warehouse that makes way for what is loaded
-- In: relations `known` and `winner` (the queries of those names) and `wanted` (landing). What an earlier tagger
-- made of a file goes as a whole, also when today's readers find fewer documents in it.
SELECT spot, id, entry, content
FROM known
WHERE landing IN (SELECT landing FROM wanted) OR (entry, content) IN (SELECT (entry, content) FROM winner)
