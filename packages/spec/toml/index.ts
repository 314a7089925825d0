// Reading any strict TOML file of ours with positions and nearest keys: definitions here, node.toml in `agent`.
export { checkTable, shown } from '../parse/check.ts';
export type { Path } from '../parse/path.ts';
export { place } from '../parse/place.ts';
export { readToml } from '../parse/read.ts';
export type { Place, Report } from '../parse/report.ts';
export { nearest } from '../parse/suggest.ts';
export { unknownKey } from '../parse/unknown.ts';
export * as scalars from '../schema/scalars.ts';
export type { Table } from '../schema/tables.ts';
export { plainPath } from '../syntax/paths.ts';
export { durationMs, longestMs } from '../syntax/quantity.ts';
