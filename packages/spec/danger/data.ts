import type { Danger, DangerInput } from './model.ts';

/**
 * Writing in another service's own directory: `/srv/metacrypt` where metacrypt keeps its data. A directory that several
 * services share bears none of their names.
 */
export function dataDangers({ mounts, neighbours, service }: DangerInput): Danger[] {
  return mounts.flatMap(({ needles, path, readOnly }) => {
    if (readOnly) return [];
    for (const [other, paths] of neighbours) {
      if (other === service) continue;
      const own = paths.find((dir) => path === dir || path.startsWith(`${dir}/`) || dir.startsWith(`${path}/`));
      if (own === undefined) continue;
      const why = path === own ? `is the data of ${other}` : `reaches ${own}, the data of ${other}`;
      return [{ id: `mount:${path}`, what: `mount of ${path}`, why, needles }];
    }
    return [];
  });
}

/** The host directories a service calls its own: they bear its name. */
export function ownDirectories(service: string, mounts: readonly { readonly path: string }[]): string[] {
  return mounts.flatMap(({ path }) => (path.endsWith(`/${service}`) ? [path] : []));
}
