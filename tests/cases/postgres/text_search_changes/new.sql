CREATE TEXT SEARCH DICTIONARY stems (template = snowball, language = 'german');
CREATE TEXT SEARCH DICTIONARY "plain Words" (template = simple, stopwords = 'english', accept = 'false');
CREATE TEXT SEARCH CONFIGURATION english_search (parser = "default");
ALTER TEXT SEARCH CONFIGURATION english_search ADD MAPPING FOR asciiword WITH simple;
ALTER TEXT SEARCH CONFIGURATION english_search ADD MAPPING FOR word WITH stems, simple;
ALTER TEXT SEARCH CONFIGURATION english_search ADD MAPPING FOR email, "float" WITH "plain Words";
CREATE TABLE articles (body text, found tsvector GENERATED ALWAYS AS (to_tsvector('english_search', body)) STORED);
CREATE INDEX by_words ON articles USING gin (to_tsvector('english_search', body));
