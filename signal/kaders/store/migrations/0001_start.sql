-- The first schema. raw_ = what came in, core_ = what we keep, out_ = what people got.
-- Times are UTC without zone. No primary keys: the loader replaces rows within one transaction, which
-- DuckDB's key indexes refuse; the tests hold the uniqueness that each comment promises.
CREATE TABLE raw_landing (file VARCHAR, version VARCHAR, source VARCHAR, documents INTEGER, loaded_at TIMESTAMP);
COMMENT ON TABLE raw_landing IS 'one row per landing file and tagger version that was loaded';

CREATE TABLE raw_ledger (file VARCHAR);
COMMENT ON TABLE raw_ledger IS 'one row per ledger file that was loaded';

CREATE TABLE raw_fetch (
    source VARCHAR, moment TIMESTAMP, outcome VARCHAR, reason VARCHAR, detail VARCHAR,
    status INTEGER, entries INTEGER, new_entries INTEGER, landing VARCHAR
);
COMMENT ON TABLE raw_fetch IS 'one row per visit to a source: the run ledger';

CREATE TABLE core_document (
    id VARCHAR, content VARCHAR, source VARCHAR, kind VARCHAR, owner_group VARCHAR, url VARCHAR,
    title VARCHAR, text VARCHAR, snippet VARCHAR, language VARCHAR, published TIMESTAMP,
    date_origin VARCHAR, first_seen TIMESTAMP, author VARCHAR, engagement INTEGER, fate VARCHAR,
    sketch UINTEGER[], version VARCHAR
);
COMMENT ON TABLE core_document IS 'one row per document and revision: id and content together are unique';
COMMENT ON COLUMN core_document.author IS 'keyed hash of the account, never a name';
COMMENT ON COLUMN core_document.first_seen IS 'UTC; a judgement looks at nothing first seen after its cut-off';
COMMENT ON COLUMN core_document.sketch IS 'MinHash signature of 64 values, for finding near-duplicates';
COMMENT ON COLUMN core_document.version IS 'version of the tagger that tagged this revision';

CREATE TABLE core_tag (id VARCHAR, content VARCHAR, layer VARCHAR, code VARCHAR, score DOUBLE, position INTEGER);
COMMENT ON TABLE core_tag IS 'one row per tag of a revision; layer is topic, area, frame, message or counter';

CREATE TABLE core_question (id VARCHAR, content VARCHAR, question VARCHAR, position INTEGER);
COMMENT ON TABLE core_question IS 'one row per literal question of a revision';

CREATE TABLE out_signal (day DATE, id VARCHAR, issue VARCHAR, kind VARCHAR, level VARCHAR, p DOUBLE, q DOUBLE, payload VARCHAR);
COMMENT ON TABLE out_signal IS 'one row per signal and morning; payload is its part of signals.json';

CREATE TABLE out_issue_day (
    day DATE, analysed DATE, issue VARCHAR, name_nl VARCHAR, name_en VARCHAR, policy_area VARCHAR,
    status VARCHAR, seen INTEGER, expected DOUBLE, divergence DOUBLE, divergence_low DOUBLE,
    divergence_high DOUBLE, tolerance DOUBLE, level VARCHAR, kind VARCHAR, echo DOUBLE
);
COMMENT ON TABLE out_issue_day IS 'one row per issue and morning: items of count of seven days, gap in bits';

CREATE TABLE out_delivery (
    subscription VARCHAR, subject VARCHAR, moment TIMESTAMPTZ, state VARCHAR, attempts INTEGER, detail VARCHAR
);
COMMENT ON TABLE out_delivery IS 'one row per subscription and thing it was told: sending, sent or failed';
