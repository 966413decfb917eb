CREATE TABLE notes (
    id bigint PRIMARY KEY,
    user_id bigint REFERENCES users (id) ON DELETE RESTRICT,
    team_id bigint REFERENCES teams (id) ON DELETE SET NULL ON UPDATE NO ACTION
);
CREATE INDEX notes_user_id_idx ON notes (user_id);
CREATE INDEX notes_team_id_idx ON notes (team_id);
