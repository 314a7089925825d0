/** Changes that go back by themselves unless somebody confirms them (specs/0008-confirm-within.md). */
export const confirm = `
CREATE TABLE confirm (
  turn INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  commit_id TEXT NOT NULL,
  previous_id TEXT NOT NULL,
  head_id TEXT NOT NULL,
  services_json TEXT NOT NULL,
  slots_json TEXT NOT NULL,
  window_ms INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  deadline_ms INTEGER NOT NULL,
  armed_at INTEGER NOT NULL,
  principal_json TEXT NOT NULL,
  state TEXT NOT NULL,
  settled_at INTEGER
) STRICT;
`;
