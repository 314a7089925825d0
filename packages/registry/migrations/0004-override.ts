/** What a person said about this node alone: frozen, or stopped here. */
export const override = `
CREATE TABLE override (
  id TEXT PRIMARY KEY,
  verb TEXT NOT NULL,
  target TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  principal_json TEXT NOT NULL,
  why TEXT
) STRICT, WITHOUT ROWID;
`;
