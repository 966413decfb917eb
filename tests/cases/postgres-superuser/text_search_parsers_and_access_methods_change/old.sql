CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE forms (LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE forms IS 'as they are';
CREATE TEXT SEARCH DICTIONARY parts (template = forms);
CREATE TEXT SEARCH CONFIGURATION search (parser = words);
ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR word WITH parts;
CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD gone TYPE INDEX HANDLER gisthandler;
