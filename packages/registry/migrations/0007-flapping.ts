/** Since when a slot flaps: one incident is told once, also by another process. */
export const flapping = `
ALTER TABLE slot ADD COLUMN flapping_since INTEGER;
`;
