import { fail } from '../client/fail.ts';
import type { Manifest } from './model.ts';
import type { Member } from './tar.ts';

/**
 * Watches the members of one archive go by: nothing may leave its source, be it by its name, by a link, or through a link that
 * came before it. Devices are refused: no volume of ours has one that a container could not make itself.
 */
export class SafeMembers {
  readonly #roots: readonly string[];
  readonly #links = new Set<string>();
  readonly entries: Record<string, string> = Object.create(null) as Record<string, string>;
  bytes = 0;

  constructor(sources: Manifest['sources']) {
    this.#roots = sources.map(({ member }) => member);
  }

  /** @throws SNAPSHOT_UNSAFE */
  add(member: Member): void {
    const path = member.path.replace(/\/$/, '');
    const root = this.#rootOf(path);
    if (root === undefined) throw unsafe(member, 'it lies outside of what was saved');
    if (this.entries[path] !== undefined) throw unsafe(member, 'it is there twice');
    if (member.type === 'other') throw unsafe(member, 'it is a device, or of an unknown kind');
    for (let at = path.lastIndexOf('/'); at >= root.length; at = path.lastIndexOf('/', at - 1))
      if (this.#links.has(path.slice(0, at))) throw unsafe(member, 'its directory is a link');
    if (member.type === 'hardlink' && (this.#rootOf(member.target) !== root || this.#links.has(member.target)))
      throw unsafe(member, `it is a second name of ${member.target}, which lies elsewhere`);
    if (member.type === 'symlink') this.#links.add(path);
    this.entries[path] = member.sha256;
    this.bytes += member.size;
  }

  #rootOf(path: string): string | undefined {
    if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return undefined;
    return this.#roots.find((root) => path === root || path.startsWith(`${root}/`));
  }
}

function unsafe({ path }: Member, actual: string): Error {
  return fail('SNAPSHOT_UNSAFE', {
    message: `unpack ${JSON.stringify(path.slice(0, 300))}`,
    wanted: 'files that stay inside the volume or directory they are of',
    actual,
  });
}
