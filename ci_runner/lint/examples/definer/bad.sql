CREATE DEFINER=`root`@`localhost` VIEW emails AS SELECT email FROM users;
