/** Who had to come up at a boot, when each did, and what it waited for: the rows of the boot report. */
export const bootSlot = `
CREATE TABLE boot_slot (
  boot_id TEXT NOT NULL,
  slot TEXT NOT NULL,
  stage TEXT NOT NULL,
  started_at INTEGER,
  ready_at INTEGER,
  waits_json TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (boot_id, slot)
) STRICT, WITHOUT ROWID;
`;
