import type { Report } from '@reconcile/spec/toml';

/** Files that prove who a caller is, and whom they believe; as written. */
export interface ClientFiles {
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly rootFile?: string;
}

/** Another machine, as client.toml has it. */
export interface ClientNode extends ClientFiles {
  /** A host, user@host, ssh://user@host:port; grpcs://address:port. */
  readonly to: string;
  /** Name that its certificate has to have; absent: the host of its address. */
  readonly name?: string;
}

const fileKeys = ['cert_file', 'key_file', 'root_file'];
const nodeKeys = ['to', 'name', ...fileKeys];

type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** `[nodes]`: each a text, or a table with `to`. Mistakes go to the report. */
export function readNodes(nodes: unknown, report: Report): Readonly<Record<string, ClientNode>> {
  if (!isTable(nodes)) {
    report.error('WrongType', ['nodes'], 'expected a table [nodes]');
    return {};
  }
  return Object.fromEntries(Object.entries(nodes).map(([name, value]) => [name, readNode(name, value, report)]));
}

function readNode(name: string, value: unknown, report: Report): ClientNode {
  const path = ['nodes', name];
  if (typeof value === 'string' && value !== '') return { to: value };
  if (!isTable(value)) {
    report.error('WrongType', path, 'expected a host, such as "ssh://ops@rift", or { to = "grpcs://100.64.0.1:9778" }');
    return { to: '' };
  }
  const texts = readTexts(value, { path, known: nodeKeys, report });
  if (texts.to === undefined && value.to === undefined) report.error('MissingKey', path, `expected to = "…"`);
  return { to: texts.to ?? '', ...(texts.name === undefined ? {} : { name: texts.name }), ...filesOf(texts) };
}

/** `[tls]`: for every node with a grpcs address that has none of its own. */
export function readFiles(tls: unknown, report: Report): ClientFiles {
  if (tls === undefined) return {};
  if (isTable(tls)) return filesOf(readTexts(tls, { path: ['tls'], known: fileKeys, report }));
  report.error('WrongType', ['tls'], 'expected a table [tls]');
  return {};
}

function filesOf({ cert_file, key_file, root_file }: Readonly<Record<string, string>>): ClientFiles {
  return {
    ...(cert_file === undefined ? {} : { certFile: cert_file }),
    ...(key_file === undefined ? {} : { keyFile: key_file }),
    ...(root_file === undefined ? {} : { rootFile: root_file }),
  };
}

function readTexts(
  table: Table,
  { known, path, report }: { readonly path: string[]; readonly known: readonly string[]; readonly report: Report },
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(table)) {
    if (!known.includes(key)) report.error('UnknownKey', [...path, key], `unknown key; there are ${known.join(', ')}`);
    else if (typeof value !== 'string' || value === '') report.error('WrongType', [...path, key], 'expected a text');
    else found[key] = value;
  }
  return found;
}
