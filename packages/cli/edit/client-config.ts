import { join, resolve } from 'node:path';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { type ClientFiles, type ClientNode, readFiles, readNodes } from './client-nodes.ts';

/** `~/.config/reconcile/client.toml`: what a person's own commands know, on any machine. */
export interface ClientConfig {
  /** The file it was read from. */
  readonly path: string;
  /** Absolute; undefined when it names no checkout. */
  readonly repo: string | undefined;
  /** Machines by the names they have here. */
  readonly nodes: Readonly<Record<string, ClientNode>>;
  /** `[tls]`: for nodes with a grpcs address that have no files of their own. */
  readonly tls: ClientFiles;
}

const tables = [
  { label: '', keys: ['repo', 'nodes', 'tls'] },
  { label: '[nodes]', keys: [] },
  { label: '[tls]', keys: ['cert_file', 'key_file', 'root_file'] },
];

/** undefined: there is none. @throws CLIENT_INVALID */
export async function readClientConfig(host: ReadHost): Promise<ClientConfig | undefined> {
  const directory = join(host.home.configDir, 'reconcile');
  const path = join(directory, 'client.toml');
  const bytes = await host.files.read(path, { maxBytes: 1024 * 1024 });
  if (bytes === undefined) return undefined;
  const { place, readToml, unknownKey } = await import('@reconcile/spec/toml');
  const report = readToml(path, bytes);
  const top = (report.raw ?? {}) as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(top)) if (!tables[0]?.keys.includes(key)) unknownKey(key, { report, path: [], tables });
  const { repo } = top;
  const nodes = readNodes(top.nodes ?? {}, report);
  const tls = readFiles(top.tls, report);
  if (repo !== undefined && (typeof repo !== 'string' || repo === ''))
    report.error('WrongType', ['repo'], 'expected the path of a checkout');
  if (report.hasErrors) {
    const problems = await place([report]);
    throw fail('CLIENT_INVALID', {
      message: `read ${path}`,
      key: path,
      actual: problems.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`).join('\n'),
      hint: `it knows repo = "…", [nodes] and [tls]; edit ${path}`,
    });
  }
  const known = { path, nodes, tls };
  if (typeof repo !== 'string') return { ...known, repo: undefined };
  return { ...known, repo: repo.startsWith('~/') ? join(host.home.home, repo.slice(2)) : resolve(directory, repo) };
}
