CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, HEADLINE = prsd_headline, LEXTYPES = prsd_lextype);
COMMENT ON TEXT SEARCH PARSER words IS 'with headlines';
CREATE TEXT SEARCH TEMPLATE forms (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY parts (template = forms);
CREATE TEXT SEARCH CONFIGURATION search (parser = words);
ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR word WITH parts;
CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD other_heap IS 'the same';
