/** Images that this node pulled or built itself: what it may remove again. */
export const image = `
CREATE TABLE image (
  ref TEXT PRIMARY KEY, image_id TEXT NOT NULL, services_json TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
