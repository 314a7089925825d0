/** When we stopped a slot's container: that end is no death. */
export const stopped = `
ALTER TABLE slot ADD COLUMN stopped_at INTEGER;
`;
