-- one row per landing file whose tagged file was read, those without documents included
-- In: relations `wanted` (path, landing, source, tagger) and `line` (queries/lines.sql); $moment (of the run).
SELECT
    landing AS file,
    source,
    tagger,
    (SELECT count(*) FROM line WHERE line.landing = wanted.landing) AS rows,
    $moment::TIMESTAMPTZ AS loaded_at
FROM wanted
