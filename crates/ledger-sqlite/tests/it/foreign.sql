CREATE TABLE song (title TEXT)
