DELETE FROM posts WHERE author = 1;
