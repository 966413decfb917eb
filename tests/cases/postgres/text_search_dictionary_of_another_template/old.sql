CREATE TEXT SEARCH DICTIONARY words (template = snowball, language = 'english');
CREATE TEXT SEARCH CONFIGURATION search (parser = "default");
ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR word WITH words;
CREATE TABLE articles (body text, found tsvector GENERATED ALWAYS AS (to_tsvector('search', body)) STORED);
CREATE INDEX by_found ON articles USING gin (found);
CREATE INDEX by_words ON articles USING gin (to_tsvector('search', body));
CREATE VIEW hits AS SELECT body FROM articles WHERE to_tsvector('search', body) @@ to_tsquery('search', 'a');
