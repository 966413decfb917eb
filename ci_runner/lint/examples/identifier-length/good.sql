ALTER TABLE users ADD COLUMN seen_at timestamptz;
-- 63 bytes are kept.
ALTER TABLE users ADD COLUMN a23456789_b23456789_c23456789_d23456789_e23456789_f23456789_g12 text;
-- A long text is no name, and neither is a comment_that_says_quite_a_lot_without_any_blank_between_the_words.
COMMENT ON TABLE users IS 'a_text_that_says_quite_a_lot_without_any_blank_between_the_words_of_it';
