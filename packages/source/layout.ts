import { problem, type SourceProblem } from './contract.ts';

/** Bounds of one snapshot: whoever can push must not be able to fill a node's memory. */
export const sourceLimits = {
  fileBytes: 1024 * 1024,
  tomlBytes: 256 * 1024,
  tomlFiles: 2_000,
  files: 10_000,
  totalBytes: 16 * 1024 * 1024,
  depth: 16,
  pathBytes: 1_024,
} as const;

/** The parts of a fleet's root that count. All else in the repository is the user's own. */
export const fleetRoots = ['fleet.toml', 'services', 'ca', 'secrets'] as const;

export function isDefinition(path: string): boolean {
  return path === 'fleet.toml' || /^services\/[^/]+\.toml$/.test(path);
}

/** Why a path below the fleet's root cannot be taken, whatever its content. */
export function badName(path: string): string | undefined {
  if (Buffer.byteLength(path) > sourceLimits.pathBytes) return `is longer than ${sourceLimits.pathBytes} bytes`;
  const parts = path.split('/');
  if (parts.length > sourceLimits.depth) return `is deeper than ${sourceLimits.depth} levels`;
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leaves its directory';
  if (parts.some((part) => part.toLowerCase() === '.git')) return 'is inside a repository';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f\ufffd]/.test(path)) return 'has control characters or is not UTF-8';
  return undefined;
}

/** A name as it may be shown: control characters escaped. */
export function shownName(path: string): string {
  return JSON.stringify(path).slice(1, -1);
}

/** Judged by sizes alone, before anything is read. */
export function exceedsLimits(
  files: readonly { readonly path: string; readonly size: number }[],
): SourceProblem | undefined {
  const tooLarge = (message: string) =>
    problem('TooLarge', message, 'keep large or many files outside the fleet repository');
  const definitions = files.filter((file) => isDefinition(file.path));
  if (files.length > sourceLimits.files)
    return tooLarge(`${files.length} files, at most ${sourceLimits.files} are accepted`);
  if (definitions.length > sourceLimits.tomlFiles) {
    return tooLarge(`${definitions.length} definitions, at most ${sourceLimits.tomlFiles} are accepted`);
  }
  for (const file of files) {
    const limit = isDefinition(file.path) ? sourceLimits.tomlBytes : sourceLimits.fileBytes;
    if (file.size > limit) return tooLarge(`${file.path} has ${file.size} bytes, at most ${limit} are accepted`);
  }
  const total = files.reduce((sum, file) => sum + file.size, 0);
  return total > sourceLimits.totalBytes
    ? tooLarge(`${total} bytes in all, at most ${sourceLimits.totalBytes} are accepted`)
    : undefined;
}
