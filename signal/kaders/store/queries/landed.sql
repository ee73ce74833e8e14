-- one row per landing file whose tagged file was read, those without documents included
-- In: relations `wanted` and `line_count` (queries/arrived.sql); $moment (of the run).
SELECT wanted.landing AS file, wanted.source, wanted.tagger, coalesce(line_count.rows, 0) AS rows,
    $moment::TIMESTAMPTZ AS loaded_at
FROM wanted
LEFT JOIN line_count ON wanted.landing = line_count.landing
