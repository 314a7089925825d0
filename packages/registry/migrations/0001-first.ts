/** Everything the first version remembers. Instants are ms since 1970; `*_json` and `spec` hold JSON text. */
export const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
  turn INTEGER PRIMARY KEY AUTOINCREMENT,
  commit_id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  message TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  allows_json TEXT NOT NULL,
  warnings_json TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  good INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE snapshot_part (
  commit_id TEXT NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (commit_id, n)
) STRICT;
CREATE TABLE compiled (
  commit_id TEXT NOT NULL, facts TEXT NOT NULL, schema INTEGER NOT NULL, at INTEGER NOT NULL, desired_json TEXT NOT NULL,
  PRIMARY KEY (commit_id, facts, schema)
) STRICT;

CREATE TABLE generation (
  number INTEGER PRIMARY KEY,
  commit_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  principal_json TEXT NOT NULL,
  services_json TEXT,
  applied_at INTEGER,
  converged_at INTEGER
) STRICT;

CREATE TABLE slot (
  slot TEXT PRIMARY KEY,
  ready_boot TEXT NOT NULL DEFAULT '',
  last_good_key TEXT NOT NULL DEFAULT '',
  last_good_json TEXT,
  gate_expired_json TEXT,
  typical_ready_ms INTEGER,
  deaths_json TEXT NOT NULL DEFAULT '[]',
  reverts_json TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;

CREATE TABLE container_spec (
  name TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  slot TEXT NOT NULL,
  spec TEXT NOT NULL,
  spec_hash TEXT NOT NULL,
  schema INTEGER NOT NULL,
  aliased INTEGER NOT NULL DEFAULT 0,
  health TEXT,
  health_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE lease (key TEXT PRIMARY KEY, port INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE intent (
  action_id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  slot TEXT NOT NULL,
  kind TEXT NOT NULL,
  verb TEXT NOT NULL,
  args_json TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  principal_json TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  slot TEXT NOT NULL,
  what TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  from_text TEXT NOT NULL,
  to_text TEXT NOT NULL,
  why TEXT NOT NULL,
  principal_json TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_slot ON history (slot, id);

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  v INTEGER NOT NULL,
  at INTEGER NOT NULL,
  cycle TEXT NOT NULL,
  type TEXT NOT NULL,
  slot TEXT,
  event_json TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_slot ON event (slot, id) WHERE slot IS NOT NULL;

CREATE TABLE health (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX health_by_key ON health (key, id);

CREATE TABLE known_bad (
  slot TEXT NOT NULL, spec_hash TEXT NOT NULL, image_id TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (slot, spec_hash, image_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pin (ref TEXT PRIMARY KEY, image_id TEXT NOT NULL, digest TEXT, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE attempt (
  key TEXT PRIMARY KEY, of_key TEXT NOT NULL, failures INTEGER NOT NULL, last_at INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE request (
  id TEXT PRIMARY KEY,
  verb TEXT NOT NULL,
  target TEXT NOT NULL,
  at INTEGER NOT NULL,
  principal_json TEXT NOT NULL,
  args_json TEXT,
  closed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE job (
  slot TEXT PRIMARY KEY,
  mark TEXT NOT NULL,
  exit_code INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE volume (
  name TEXT PRIMARY KEY, identity TEXT NOT NULL, non_empty INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE secret (name TEXT PRIMARY KEY, hmac TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE hold_release (
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, principal_json TEXT NOT NULL, used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE boot (boot_id TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, report_json TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE stage_since (
  boot_id TEXT NOT NULL, stage TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (boot_id, stage)
) STRICT, WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value_json TEXT NOT NULL) STRICT;
`;
