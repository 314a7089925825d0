/** Data saved before a version that was not ready yet: what a rollback brings back (specs/0054). */
export const undo = `
CREATE TABLE undo (
  slot TEXT PRIMARY KEY, spec_hash TEXT NOT NULL, snapshot TEXT NOT NULL, started INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
