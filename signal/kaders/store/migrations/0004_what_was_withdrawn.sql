-- A document may be withdrawn by its source. DuckDB cannot change a check, so the table is made anew.

ALTER TABLE core_document RENAME TO core_document_before;
CREATE TABLE core_document (
    id VARCHAR,
    content VARCHAR,
    source VARCHAR,
    kind VARCHAR NOT NULL CHECK (kind IN ('news', 'rss', 'social', 'own')),
    owner_group VARCHAR,
    url VARCHAR,
    title VARCHAR,
    text VARCHAR,
    snippet VARCHAR,
    language VARCHAR,
    published TIMESTAMPTZ NOT NULL,
    date_origin VARCHAR,
    first_seen TIMESTAMPTZ NOT NULL,
    author VARCHAR,
    engagement INTEGER,
    fate VARCHAR NOT NULL CHECK (fate IN ('kept', 'duplicate', 'no_text', 'other_language', 'withdrawn')),
    sketch UINTEGER[],
    tagger VARCHAR,
    landing VARCHAR,
    address_key VARCHAR,
    text_key UBIGINT,
    PRIMARY KEY (id, content)
);
INSERT INTO core_document BY NAME FROM core_document_before;
DROP TABLE core_document_before;
COMMENT ON TABLE core_document IS 'one row per revision of a document';
COMMENT ON COLUMN core_document.id IS 'identity of the document, the same for all its revisions';
COMMENT ON COLUMN core_document.content IS 'hash of title and text: tells revisions apart';
COMMENT ON COLUMN core_document.source IS 'id of the source that gave it';
COMMENT ON COLUMN core_document.kind IS 'kind of that source: news, rss, social or own';
COMMENT ON COLUMN core_document.owner_group IS 'who owns the source: titles of one publisher are one group';
COMMENT ON COLUMN core_document.url IS 'canonical address without an account, empty when it has none';
COMMENT ON COLUMN core_document.title IS 'title as plain text; emptied with the text';
COMMENT ON COLUMN core_document.text IS 'full plain text; emptied for social posts when retention says so';
COMMENT ON COLUMN core_document.snippet IS 'the first words, which may be shown; emptied with the text';
COMMENT ON COLUMN core_document.language IS 'nl, en or other';
COMMENT ON COLUMN core_document.published IS 'when it was published';
COMMENT ON COLUMN core_document.date_origin IS 'source: the source said so; first_seen: the source gave no date';
COMMENT ON COLUMN core_document.first_seen IS 'the first visit that brought this revision';
COMMENT ON COLUMN core_document.author IS 'pseudonym of the author, made with a key that is kept elsewhere';
COMMENT ON COLUMN core_document.engagement IS 'likes, replies and shares when first seen';
COMMENT ON COLUMN core_document.fate
IS 'kept, duplicate (an earlier one of the group has its address or text), no_text, other_language or withdrawn';
COMMENT ON COLUMN core_document.sketch IS 'MinHash signature of the text, for finding near-duplicates';
COMMENT ON COLUMN core_document.tagger IS 'version of the tagger that made the tags';
COMMENT ON COLUMN core_document.landing IS 'the landing file that first brought it';
COMMENT ON COLUMN core_document.address_key
IS 'address, or keyed hash of a post''s own one, by which copies are known; NULL when it names no page of its own';
COMMENT ON COLUMN core_document.text_key
IS 'hash of the letters and digits by which copies are known; NULL without text';
