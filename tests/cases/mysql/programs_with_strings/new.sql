CREATE TABLE t (a varchar(40), b int);
CREATE FUNCTION f(a text) RETURNS text CHARSET utf8mb4 DETERMINISTIC COMMENT 'it''s
two lines' RETURN concat(a, "q\"\\n\n", 'it''s', _latin1'\\x', N'n\'s');
CREATE FUNCTION g(`a(b` enum('x)','y')) RETURNS varchar(9) CHARSET latin1 NO SQL SQL SECURITY INVOKER RETURN "d'q";
CREATE PROCEDURE p(INOUT a varchar(20))
BEGIN
  DECLARE x varchar(9) DEFAULT 'a\tb'; -- it's a comment
  IF a = 'it''s' THEN SET @x = CONCAT("d'q", '\\'); END IF;
END;
CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 'x\'y\\';
CREATE TRIGGER s BEFORE INSERT ON t FOR EACH ROW FOLLOWS r BEGIN SET NEW.a = _latin1'x'; SET NEW.b = '\\'; END;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' COMMENT 'DO it' DO SET @a = "x'y\\";
