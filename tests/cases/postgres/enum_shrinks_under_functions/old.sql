CREATE TYPE mood AS ENUM ('sad', 'calm', 'glad');
CREATE FUNCTION worst(a mood, b mood DEFAULT 'glad') RETURNS mood LANGUAGE sql AS 'SELECT least(a, b)';
COMMENT ON FUNCTION worst(mood, mood) IS 'the sadder one';
CREATE FUNCTION moods() RETURNS SETOF mood LANGUAGE sql BEGIN ATOMIC SELECT 'sad'::mood; END;
CREATE AGGREGATE saddest (mood) (SFUNC = worst, STYPE = mood);
CREATE TABLE t (
    a mood DEFAULT worst('sad', 'glad'),
    b integer,
    CONSTRAINT calm CHECK (worst(a, 'glad') = 'sad' OR b > 0)
);
CREATE VIEW v AS SELECT saddest(a) AS s FROM t;
