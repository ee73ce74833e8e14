-- The tables of the warehouse. Numbered and append-only: a change is a new file, never an edit of this one.
-- raw_   what the files brought, for knowing what was loaded
-- core_  documents and what the tagger says of them
-- out_   what the mornings decided and what was sent
-- Moments are TIMESTAMPTZ and mean UTC; days are days of the organisation's own calendar.
-- Only keys that keep a rerun from doubling rows are indexed: indexes cost most of the loading time.

CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL
);
COMMENT ON TABLE schema_migration IS 'one row per migration that was applied to this file';
COMMENT ON COLUMN schema_migration.number IS 'the number its file name starts with';
COMMENT ON COLUMN schema_migration.name IS 'the file name';

CREATE TABLE raw_landing (
    file VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    tagger VARCHAR NOT NULL,
    rows INTEGER NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE raw_landing IS 'one row per landing file that was loaded';
COMMENT ON COLUMN raw_landing.file IS 'path within the landing folder of the organisation';
COMMENT ON COLUMN raw_landing.source IS 'id of the source it came from';
COMMENT ON COLUMN raw_landing.tagger IS 'version of the tagger whose tagged file was loaded last';
COMMENT ON COLUMN raw_landing.rows IS 'documents in the file, copies and known ones included';
COMMENT ON COLUMN raw_landing.loaded_at IS 'the moment of the run that loaded it';

CREATE TABLE raw_ledger (
    file VARCHAR PRIMARY KEY,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE raw_ledger IS 'one row per ledger file that was loaded';
COMMENT ON COLUMN raw_ledger.file IS 'path within the ledger folder of the organisation';
COMMENT ON COLUMN raw_ledger.loaded_at IS 'the moment of the run that loaded it';

CREATE TABLE raw_fetch (
    source VARCHAR,
    moment TIMESTAMPTZ,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('OK', 'PARTIAL', 'FAILED', 'NOT EXPECTED')),
    reason VARCHAR,
    detail VARCHAR,
    status INTEGER,
    entries INTEGER,
    new_entries INTEGER,
    landing VARCHAR,
    PRIMARY KEY (source, moment)
);
COMMENT ON TABLE raw_fetch IS 'one row per visit to a source: the run ledger';
COMMENT ON COLUMN raw_fetch.source IS 'id of the source that was visited';
COMMENT ON COLUMN raw_fetch.moment IS 'the moment of the run that visited it';
COMMENT ON COLUMN raw_fetch.outcome IS 'OK, PARTIAL, FAILED or NOT EXPECTED; the best when a moment was run again';
COMMENT ON COLUMN raw_fetch.reason IS 'word for what went wrong, empty when nothing did';
COMMENT ON COLUMN raw_fetch.detail IS 'sentence for a person about what went wrong';
COMMENT ON COLUMN raw_fetch.status IS 'HTTP status, 0 when there was no reply';
COMMENT ON COLUMN raw_fetch.entries IS 'entries in the reply';
COMMENT ON COLUMN raw_fetch.new_entries IS 'entries that were not in the reply before';
COMMENT ON COLUMN raw_fetch.landing IS 'landing file with the new entries, empty when there were none';

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
    fate VARCHAR NOT NULL CHECK (fate IN ('kept', 'duplicate', 'no_text', 'other_language')),
    sketch UINTEGER[],
    tagger VARCHAR,
    landing VARCHAR,
    address_key VARCHAR,
    text_key UBIGINT,
    PRIMARY KEY (id, content)
);
COMMENT ON TABLE core_document IS 'one row per revision of a document';
COMMENT ON COLUMN core_document.id IS 'identity of the document, the same for all its revisions';
COMMENT ON COLUMN core_document.content IS 'hash of title and text: tells revisions apart';
COMMENT ON COLUMN core_document.source IS 'id of the source that gave it';
COMMENT ON COLUMN core_document.kind IS 'kind of that source: news, rss, social or own';
COMMENT ON COLUMN core_document.owner_group IS 'who owns the source: titles of one publisher are one group';
COMMENT ON COLUMN core_document.url IS 'canonical address, empty when it has none';
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
IS 'kept, duplicate (an earlier document of the group has its address or text), no_text or other_language';
COMMENT ON COLUMN core_document.sketch IS 'MinHash signature of the text, for finding near-duplicates';
COMMENT ON COLUMN core_document.tagger IS 'version of the tagger that made the tags';
COMMENT ON COLUMN core_document.landing IS 'the landing file that first brought it';
COMMENT ON COLUMN core_document.address_key
IS 'address by which copies are known; NULL when it names no page of its own';
COMMENT ON COLUMN core_document.text_key
IS 'hash of the letters and digits by which copies are known; NULL without text';

CREATE TABLE core_tag (
    id VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    layer VARCHAR NOT NULL CHECK (layer IN ('topic', 'area', 'frame', 'message', 'counter')),
    code VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    position INTEGER NOT NULL
);
COMMENT ON TABLE core_tag IS 'one row per revision of a document, layer and code that the tagger heard in it';
COMMENT ON COLUMN core_tag.id IS 'identity of the document';
COMMENT ON COLUMN core_tag.content IS 'hash that tells its revisions apart';
COMMENT ON COLUMN core_tag.layer
IS 'topic, area (TOP-lijst), frame (policy frame), message (ours) or counter (counter-frame)';
COMMENT ON COLUMN core_tag.code IS 'id within the layer';
COMMENT ON COLUMN core_tag.score IS 'share of the evidence for areas and frames; 1 in the other layers';
COMMENT ON COLUMN core_tag.position IS 'place in the order that the tagger gave, from 1';

CREATE TABLE core_question (
    id VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    text VARCHAR NOT NULL
);
COMMENT ON TABLE core_question IS 'one row per sentence that asks something in a revision of a document';
COMMENT ON COLUMN core_question.id IS 'identity of the document';
COMMENT ON COLUMN core_question.content IS 'hash that tells its revisions apart';
COMMENT ON COLUMN core_question.position IS 'place in the text, from 1';
COMMENT ON COLUMN core_question.text IS 'the sentence';

CREATE TABLE out_signal (
    day DATE,
    id VARCHAR,
    issue VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    p DOUBLE,
    q DOUBLE,
    position INTEGER,
    payload JSON NOT NULL,
    PRIMARY KEY (day, id)
);
COMMENT ON TABLE out_signal IS 'one row per morning and signal, watched issues included';
COMMENT ON COLUMN out_signal.day IS 'the morning of the report';
COMMENT ON COLUMN out_signal.id IS 'first day of the episode, a slash and the issue';
COMMENT ON COLUMN out_signal.issue IS 'topic:<id> or area:<code>';
COMMENT ON COLUMN out_signal.kind IS 'absent, contested, reframed or unframed';
COMMENT ON COLUMN out_signal.level IS 'watch, signal, elevated or high';
COMMENT ON COLUMN out_signal.p IS 'the larger of the p-values of volume and divergence';
COMMENT ON COLUMN out_signal.q IS 'p after Benjamini-Hochberg over the issues of the day';
COMMENT ON COLUMN out_signal.position IS 'place in the report, most urgent first, from 1';
COMMENT ON COLUMN out_signal.payload IS 'the whole signal as it stands in signals.json';

CREATE TABLE out_issue_day (
    day DATE,
    analysed DATE NOT NULL,
    issue VARCHAR,
    name_nl VARCHAR,
    name_en VARCHAR,
    policy_area VARCHAR,
    status VARCHAR NOT NULL,
    seen DOUBLE,
    expected DOUBLE,
    divergence DOUBLE,
    divergence_low DOUBLE,
    divergence_high DOUBLE,
    tolerance DOUBLE,
    level VARCHAR,
    kind VARCHAR,
    echo DOUBLE,
    PRIMARY KEY (day, issue)
);
COMMENT ON TABLE out_issue_day IS 'one row per morning and issue, whether it was a signal or not';
COMMENT ON COLUMN out_issue_day.day IS 'the morning of the report';
COMMENT ON COLUMN out_issue_day.analysed IS 'the last complete day, the day before';
COMMENT ON COLUMN out_issue_day.issue IS 'topic:<id> or area:<code>';
COMMENT ON COLUMN out_issue_day.name_nl IS 'Dutch name of the issue';
COMMENT ON COLUMN out_issue_day.name_en IS 'English name of the issue';
COMMENT ON COLUMN out_issue_day.policy_area IS 'code of the TOP-lijst theme it belongs to';
COMMENT ON COLUMN out_issue_day.status IS 'signal, watch, standing_gap, normal or not_tested';
COMMENT ON COLUMN out_issue_day.seen IS 'items of count in the seven days that end with analysed';
COMMENT ON COLUMN out_issue_day.expected IS 'items of count expected in those days';
COMMENT ON COLUMN out_issue_day.divergence IS 'bits between the frames of the public and ours';
COMMENT ON COLUMN out_issue_day.divergence_low IS 'lower bound of the divergence in bits';
COMMENT ON COLUMN out_issue_day.divergence_high IS 'upper bound of the divergence in bits';
COMMENT ON COLUMN out_issue_day.tolerance IS 'bits that the issue may stand apart';
COMMENT ON COLUMN out_issue_day.level IS 'level of its signal, NULL without one';
COMMENT ON COLUMN out_issue_day.kind IS 'kind of its signal, NULL without one';
COMMENT ON COLUMN out_issue_day.echo IS 'share of stories in which our message is heard, NULL when not measured';

CREATE TABLE out_delivery (
    subscription VARCHAR,
    subject VARCHAR,
    moment TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    detail VARCHAR,
    PRIMARY KEY (subscription, subject)
);
COMMENT ON TABLE out_delivery IS 'one row per subscription and thing it was told or should have been told';
COMMENT ON COLUMN out_delivery.subscription IS 'id of the subscription';
COMMENT ON COLUMN out_delivery.subject IS 'what it was told of';
COMMENT ON COLUMN out_delivery.moment IS 'the moment of the run that tried last';
COMMENT ON COLUMN out_delivery.state IS 'sending, sent or failed';
COMMENT ON COLUMN out_delivery.attempts IS 'how often it was tried';
COMMENT ON COLUMN out_delivery.detail IS 'key of the message, or why it failed, for a person';
