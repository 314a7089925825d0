import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A container's version as `slotsOf` has it.
 * @param files Copies of files of this container: path in it → content.
 */
export function versionOf(labels: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>): string {
  const { level = '' } = labels;
  if (labels['io.reconcile.slot'] !== 'web/main') return level;
  const number = (name: string) => files[`/etc/${name}.ini`]?.split(' ')[1]?.trim() ?? '-';
  return [level, number('restart'), number('signal'), number('exec')].join(' ');
}

/** Container → its copies of files: path in the container → content. */
export async function copiesIn(filesDir: string): Promise<Record<string, Record<string, string>>> {
  const owners = await readdir(filesDir).catch(() => []);
  const all = owners.map(async (owner) => {
    // What is being removed while we look is gone.
    const names = await readdir(join(filesDir, owner)).catch(() => []);
    const copies = names.map(async (name) => {
      const text = await readFile(join(filesDir, owner, name), 'utf8').catch(() => undefined);
      return text === undefined ? [] : [[`/${name.replaceAll('__', '/')}`, text] as const];
    });
    return [owner, Object.fromEntries((await Promise.all(copies)).flat())] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}
