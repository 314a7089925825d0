import { join } from 'node:path';

/** A native module is good for one platform, processor and ABI of Node: `linux-x64-115`. */
export function nativeFolder(): string {
  return `${process.platform}-${process.arch}-${process.versions.modules}`;
}

/**
 * SQLite's native half, seen from a folder of the package: built for the packing machine's platform, else the one that npm
 * put below or beside the package.
 */
export function nativeCandidates(root: string): readonly string[] {
  return [
    join(root, 'native', nativeFolder(), 'better_sqlite3.node'),
    'better-sqlite3/build/Release/better_sqlite3.node',
  ];
}
