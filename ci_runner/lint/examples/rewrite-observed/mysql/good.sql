CALL grow();
