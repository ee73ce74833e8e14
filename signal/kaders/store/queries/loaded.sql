-- one row per landing file that was loaded or that a document names: its tagger and its documents
SELECT
    coalesce(f.file, d.landing) AS file,
    f.tagger,
    coalesce(f.rows, 0) AS rows,
    coalesce(d.documents, 0) AS documents
FROM raw_landing AS f
FULL JOIN (SELECT landing, count(*) AS documents FROM core_document GROUP BY landing) AS d ON f.file = d.landing
ORDER BY ALL
