import { keyText, literal } from '../edit/literal.ts';
import type { ComponentDraft, Draft, Fields, Value } from './model.ts';

/** The order in which a person reads a component. */
const order = [
  'image',
  'after',
  'cmd',
  'entrypoint',
  'env',
  'user',
  'workdir',
  'hostname',
  'network',
  'ports',
  'volumes',
  'secrets',
  'tmpfs',
  'read_only',
  'cap_add',
  'devices',
  'privileged',
  'labels',
  'extra_hosts',
  'memory',
  'cpus',
  'pids',
  'stop_signal',
  'stop_timeout',
  'restart',
  'replicas',
];

/** A definition as a person would write it. */
export function writeDraft(draft: Draft, from: string): string {
  const head = [`# From ${from.replace(/[^\x20-\x7e]/g, '?')}`, `name = ${literal(draft.name)}`];
  if (draft.path !== undefined) head.push(`path = ${literal(draft.path)}`);
  if (draft.dependsOn.length > 0) head.push(`depends_on = ${literal(draft.dependsOn)}`);
  const blocks = [head.join('\n')];
  if (draft.build.size > 0)
    blocks.push(
      ['[build.images]', ...[...draft.build].map(([name, file]) => `${keyText(name)} = ${literal(file)}`)].join('\n'),
    );
  for (const component of draft.components) blocks.push(componentText(component));
  for (const { fields, name } of draft.networks) blocks.push(tableText('networks', name, fields));
  for (const { fields, name } of draft.volumes) blocks.push(tableText('volumes', name, fields));
  return `${blocks.join('\n\n')}\n`;
}

function componentText({ fields, health, name }: ComponentDraft): string {
  const rank = (key: string) => (order.indexOf(key) + order.length + 1) % (order.length + 1);
  const sorted = [...fields].sort(([a], [b]) => rank(a) - rank(b));
  const lines = [
    '[[components]]',
    `name = ${literal(name)}`,
    ...sorted.map(([key, value]) => `${key} = ${valueText(value)}`),
  ];
  if (health.size > 0)
    lines.push('[components.health]', ...[...health].map(([key, value]) => `${key} = ${valueText(value)}`));
  return lines.join('\n');
}

function tableText(table: string, name: string, fields: Fields): string {
  return [
    `[[${table}]]`,
    `name = ${literal(name)}`,
    ...[...fields].map(([key, value]) => `${key} = ${valueText(value)}`),
  ].join('\n');
}

function valueText(value: Value): string {
  if (typeof value !== 'object') return literal(value);
  if (Array.isArray(value)) {
    const items = (value as readonly (string | Readonly<Record<string, string | number | boolean>>)[]).map((item) =>
      typeof item === 'string' ? literal(item) : inlineTable(item),
    );
    const line = `[${items.join(', ')}]`;
    return line.length <= 100 ? line : `[\n${items.map((item) => `  ${item},`).join('\n')}\n]`;
  }
  return inlineTable(value as Readonly<Record<string, string | number | boolean>>);
}

function inlineTable(table: Readonly<Record<string, string | number | boolean>>): string {
  return `{ ${Object.entries(table)
    .map(([key, value]) => `${keyText(key)} = ${literal(value)}`)
    .join(', ')} }`;
}
