import { resolve } from 'node:path';
import type { ReadHost } from '@reconcile/host';
import { problem, type SourceOutcome } from '../contract.ts';

/** Where a repository keeps its things. */
export interface Repository {
  /** The path as configured; for messages. */
  readonly path: string;
  /** HEAD and index: of this work tree. */
  readonly gitDir: string;
  /** Refs and objects: shared by all work trees (gitrepository-layout(5)). */
  readonly commonDir: string;
  /** undefined: bare. */
  readonly workTree?: string;
}

/** Finds the repository at exactly this path: a bare one, a clone, or a linked work tree. Reads files only. */
export async function findRepository(host: ReadHost, path: string): Promise<SourceOutcome<Repository>> {
  const root = await host.files.realpath(path);
  if (root === undefined) return problem('Missing', `${path}: no such directory`, 'check [source] path in node.toml');
  const dotGit = await host.files.stat(`${root}/.git`);
  if (dotGit !== undefined) {
    const gitDir = dotGit.kind === 'file' ? await linkedDir(host, root) : `${root}/.git`;
    if (gitDir !== undefined && (await isRepository(host, gitDir))) {
      return { ok: { path, gitDir, commonDir: await commonDirOf(host, gitDir), workTree: root } };
    }
  } else if (await isRepository(host, root)) return { ok: { path, gitDir: root, commonDir: root } };
  return problem('Missing', `${path}: not a git repository`, 'check [source] path in node.toml, or git clone there');
}

/** `.git` of a linked work tree is a file: `gitdir: <path>`. */
async function linkedDir(host: ReadHost, root: string): Promise<string | undefined> {
  const text = await host.files.text(`${root}/.git`, { maxBytes: 4_096 });
  const target = /^gitdir: (.+)\n?$/.exec(text ?? '')?.[1];
  return target === undefined ? undefined : resolve(root, target);
}

async function commonDirOf(host: ReadHost, gitDir: string): Promise<string> {
  const text = await host.files.text(`${gitDir}/commondir`, { maxBytes: 4_096 });
  return text === undefined ? gitDir : resolve(gitDir, text.trimEnd());
}

async function isRepository(host: ReadHost, gitDir: string): Promise<boolean> {
  return (await host.files.stat(`${gitDir}/HEAD`)) !== undefined;
}
