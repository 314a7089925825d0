import { join, resolve } from 'node:path';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';

/** `~/.config/reconcile/client.toml`: what a person's own commands know, on any machine. */
export interface ClientConfig {
  /** The file it was read from. */
  readonly path: string;
  /** Absolute; undefined when it names no checkout. */
  readonly repo: string | undefined;
  /** Machines by the names they have here: a host, user@host, ssh://user@host:port. */
  readonly nodes: Readonly<Record<string, string>>;
}

const tables = [
  { label: '', keys: ['repo', 'nodes'] },
  { label: '[nodes]', keys: [] },
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
  const { nodes = {}, repo } = top;
  if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes))
    report.error('WrongType', ['nodes'], 'expected a table [nodes]');
  else
    for (const [name, to] of Object.entries(nodes))
      if (typeof to !== 'string' || to === '')
        report.error('WrongType', ['nodes', name], 'expected a host, such as "ssh://ops@rift"');
  if (repo !== undefined && (typeof repo !== 'string' || repo === ''))
    report.error('WrongType', ['repo'], 'expected the path of a checkout');
  if (report.hasErrors) {
    const problems = await place([report]);
    throw fail('CLIENT_INVALID', {
      message: `read ${path}`,
      key: path,
      actual: problems.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`).join('\n'),
      hint: `it knows repo = "…" and [nodes]; edit ${path}`,
    });
  }
  const known = { path, nodes: nodes as Readonly<Record<string, string>> };
  if (typeof repo !== 'string') return { ...known, repo: undefined };
  return { ...known, repo: repo.startsWith('~/') ? join(host.home.home, repo.slice(2)) : resolve(directory, repo) };
}
