import type { Instant, SourceWarning } from '@reconcile/core';
import type { FileStat, ReadHost } from '@reconcile/host';
import { problem, type SourceOutcome } from '../contract.ts';
import { badName, fleetRoots, shownName, sourceLimits } from '../layout.ts';
import { isTemporaryName } from './temporary-names.ts';

/** A file as one look found it. */
export interface SeenFile {
  readonly path: string;
  /** With symlinks resolved; always below the root. */
  readonly real: string;
  readonly size: number;
}

export interface Listing {
  readonly files: readonly SeenFile[];
  /** Equal for two looks between which no file or directory changed, came or went. */
  readonly signature: string;
  /** Latest change of anything that was looked at. */
  readonly changedAt: Instant;
  readonly warnings: readonly SourceWarning[];
}

/** One look at names and stats; no content is read. A root that is a symlink is resolved once, so that a swap cannot mix two states. */
export async function scan(host: ReadHost, path: string): Promise<SourceOutcome<Listing>> {
  const root = await host.files.realpath(path);
  const rootStat = root === undefined ? undefined : await host.files.stat(root);
  if (root === undefined || rootStat?.kind !== 'directory')
    return problem('Missing', `${path}: no such directory`, 'check [source] path in node.toml');
  const look = new Look(host, root);
  for (const name of fleetRoots) await look.visit(name, `${root}/${name}`);
  // The root's own time only asks for a second look: what else lies in it is none of ours.
  return { ok: look.listing(Math.max(rootStat.mtimeMs, (await linkChangedAt(host, path)) ?? 0)) };
}

/** A swapped symlink is new though all it points to is old. */
async function linkChangedAt(host: ReadHost, path: string): Promise<Instant | undefined> {
  const stat = await host.files.stat(path);
  return stat?.kind === 'symlink' ? stat.mtimeMs : undefined;
}

class Look {
  private readonly files: SeenFile[] = [];
  private readonly marks: string[] = [];
  private readonly warnings: SourceWarning[] = [];
  private changedAt: Instant = 0;

  constructor(
    private readonly host: ReadHost,
    private readonly root: string,
  ) {
    this.marks.push(root);
  }

  async visit(path: string, real: string): Promise<void> {
    const bad = badName(path);
    if (bad !== undefined) {
      this.warn('BadName', path, `the name ${bad}; left out`);
      return;
    }
    if (this.files.length > sourceLimits.files) return;
    const stat = await this.host.files.stat(real);
    if (stat === undefined) return;
    if (stat.kind !== 'other' && stat.kind !== 'socket') this.mark(path, real, stat);
    if (stat.kind === 'file') this.files.push({ path, real, size: stat.size });
    else if (stat.kind === 'directory') await this.enter(path, real);
    else if (stat.kind === 'symlink') await this.follow(path, real);
  }

  listing(rootChangedAt: Instant): Listing {
    const files = this.files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return {
      files,
      signature: this.marks.join('\0'),
      changedAt: Math.max(this.changedAt, rootChangedAt),
      warnings: this.warnings,
    };
  }

  private async enter(path: string, real: string): Promise<void> {
    for (const name of (await this.host.files.list(real)) ?? []) {
      if (!isTemporaryName(name)) await this.visit(`${path}/${name}`, `${real}/${name}`);
    }
  }

  /** Mounted configuration is often a web of symlinks; followed as long as they stay inside. Circles end at the depth limit. */
  private async follow(path: string, real: string): Promise<void> {
    const target = await this.host.files.realpath(real);
    if (target?.startsWith(`${this.root}/`)) await this.visit(path, target);
    else this.warn('Symlink', path, 'a symlink that leads outside or nowhere; left out');
  }

  private mark(path: string, real: string, stat: FileStat): void {
    this.marks.push(`${path}:${real}:${stat.kind}:${stat.size}:${stat.mtimeNs}:${stat.device}:${stat.inode}`);
    this.changedAt = Math.max(this.changedAt, stat.mtimeMs);
  }

  private warn(code: SourceWarning['code'], path: string, message: string): void {
    this.warnings.push({ code, path: shownName(path), message });
  }
}
