/** Who may come in with what (specs/0041-http-api.md), and what was done by whom: rows of `audit` are only ever added. */
export const access = `
CREATE TABLE token (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('token', 'session')),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  principal_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_json TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  principal_json TEXT NOT NULL,
  via TEXT NOT NULL,
  method TEXT NOT NULL,
  target TEXT NOT NULL,
  args_json TEXT NOT NULL,
  outcome TEXT NOT NULL,
  chain TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are final'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.id > (SELECT max(id) FROM audit) - 100000
BEGIN SELECT RAISE(ABORT, 'audit rows are kept'); END;
`;
