-- one row per revision of an entry that a load changes, as it was and as it comes: its keys
-- All revisions count: a document's age may change, and with it who copied whom. again: whether the entry may
-- have more than one revision.
-- In: relations `line`, `known`, `winner` and `leaving` (the queries of those names).
SELECT entry, owner_group, address_key, text_key, lead_key, true AS again
FROM known
WHERE entry IN (SELECT entry FROM winner UNION ALL SELECT entry FROM leaving)
UNION ALL
SELECT
    w.entry, l.owner_group, l.address_key, l.text_key, l.lead_key,
    count(*) OVER (PARTITION BY w.entry) > 1 AS again
FROM line AS l
INNER JOIN winner AS w ON l.rowid = w.spot
