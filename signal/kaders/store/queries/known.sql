-- one row per revision in the warehouse that has to do with what is loaded: of its entries, or of its files
-- In: relations `line` (queries/lines.sql) and `wanted` (landing).
SELECT rowid AS spot, id, entry, content, first_seen, landing, owner_group, address_key, text_key, lead_key
FROM core_document
WHERE entry IN (SELECT id FROM line) OR landing IN (SELECT landing FROM wanted)
