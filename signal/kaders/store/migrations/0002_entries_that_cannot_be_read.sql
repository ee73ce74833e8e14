-- A visit says how many entries of the reply could not be read; a post is known by the hash of its address.

ALTER TABLE raw_fetch ADD COLUMN bad_entries INTEGER DEFAULT 0;
COMMENT ON COLUMN raw_fetch.bad_entries IS 'entries in the reply that could not be read';
COMMENT ON COLUMN core_document.url IS 'canonical address without an account, empty when it has none';
COMMENT ON COLUMN core_document.address_key
IS 'address, or keyed hash of a post''s own one, by which copies are known; NULL when it names no page of its own';
