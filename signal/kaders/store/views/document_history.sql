-- one row per revision of a document: when it was first seen and what was different from the one before
-- What is said of a change is read from the words, so it is unknown where those are no longer kept.
-- `SET VARIABLE as_of = TIMESTAMPTZ '…'` shows what was known then; unset, what is known now.
CREATE VIEW document_history AS
WITH revision AS (
    SELECT
        id, content, source, first_seen AS seen, fate, title, url, text,
        title = '' AND text = '' AND snippet = '' AS wordless,
        revision, relation,
        lag(title) OVER line AS title_before,
        lag(url) OVER line AS url_before,
        lag(text) OVER line AS text_before,
        lag(title = '' AND text = '' AND snippet = '') OVER line AS wordless_before
    FROM core_document
    WHERE first_seen <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
    WINDOW line AS (PARTITION BY id ORDER BY revision)
),

compared AS (
    SELECT
        *,
        fate = 'withdrawn' AS withdrawn,
        revision > 1 AND fate <> 'withdrawn' AND NOT wordless AND NOT wordless_before AS comparable
    FROM revision
)

SELECT
    seen,
    id,
    revision,
    relation,
    CASE
        WHEN withdrawn THEN 'withdrawn'
        WHEN revision = 1 THEN 'first seen'
        WHEN NOT comparable THEN 'words no longer kept'
        ELSE concat_ws(
            ', ',
            CASE WHEN title <> title_before THEN 'title' END,
            CASE WHEN text <> text_before THEN 'text' END,
            CASE WHEN url <> url_before THEN 'address' END
        )
    END AS change,
    CASE WHEN comparable THEN title_before END AS title_before,
    title,
    CASE WHEN comparable THEN title <> title_before END AS title_changed,
    CASE WHEN comparable THEN text <> text_before END AS text_changed,
    CASE WHEN comparable THEN url <> url_before END AS address_changed,
    withdrawn,
    CASE WHEN comparable THEN url_before END AS url_before,
    url,
    source,
    fate,
    content
FROM compared;

COMMENT ON VIEW document_history
IS 'one row per revision of a document: when it was first seen and what was different from the one before';
COMMENT ON COLUMN document_history.seen IS 'the first visit that brought this revision';
COMMENT ON COLUMN document_history.id IS 'identity of the document, the same for all its revisions';
COMMENT ON COLUMN document_history.revision IS 'place among the revisions in the order they were seen, from 1';
COMMENT ON COLUMN document_history.relation
IS 'new, revision, retitled, repost (of the same publisher), copy (of another one) or withdrawal';
COMMENT ON COLUMN document_history.change
IS 'first seen, withdrawn, words no longer kept, or which of title, text and address changed, with a comma between';
COMMENT ON COLUMN document_history.title_before
IS 'title of the revision before; NULL for the first, for a withdrawal and when the words are no longer kept';
COMMENT ON COLUMN document_history.title IS 'title of this revision; emptied with its text';
COMMENT ON COLUMN document_history.title_changed IS 'whether the title is another one; NULL as title_before';
COMMENT ON COLUMN document_history.text_changed IS 'whether the text is another one; NULL as title_before';
COMMENT ON COLUMN document_history.address_changed IS 'whether the address is another one; NULL as title_before';
COMMENT ON COLUMN document_history.withdrawn IS 'whether this says that its source took the document back';
COMMENT ON COLUMN document_history.url_before IS 'address of the revision before; NULL as title_before';
COMMENT ON COLUMN document_history.url IS 'canonical address without an account, empty when it has none';
COMMENT ON COLUMN document_history.source IS 'id of the source that gave it';
COMMENT ON COLUMN document_history.fate IS 'kept, duplicate, no_text, other_language or withdrawn';
COMMENT ON COLUMN document_history.content IS 'hash that tells this revision from the others';
