import { recordsDocument } from '@reconcile/agent/documents';
import type { NameRow } from '@reconcile/agent/names';
import type { RecordsDocument } from '@reconcile/agent/service';
import { line, piece, type Style, table } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';
import { withSpinner } from '../frame/progress.ts';

export interface DnsListOptions {
  /** Also records that are none of ours and in nobody's way. */
  readonly foreign?: boolean;
  /** Whom to ask instead of each zone's own server. */
  readonly server?: string;
}

const columns = [
  { title: 'NAME', min: 20, yields: 1 },
  { title: 'TYPE' },
  { title: 'DECLARED', min: 10, yields: 3 },
  { title: 'CONFIGURED', min: 10, yields: 4 },
  { title: 'SERVED', min: 10, yields: 2 },
  { title: 'OWNER' },
  { title: 'STATE', min: 16, yields: 5 },
];

/** Every name: whose it is, and whether declared, configured and served agree. */
export async function runDnsList(cx: CliContext, options: DnsListOptions): Promise<number> {
  const document = cx.far === undefined ? await lookHere(cx, options) : await cx.far.service.records(callerOf(cx));
  const rows = document.names;
  if (cx.json) cx.printJson(document);
  else if (rows.length === 0) cx.tell([line(piece('No route here has a name.', 'dim'))]);
  else cx.print(table(columns, rows.map(cells), { width: cx.look.width, ascii: cx.look.ascii }));
  return exit.converged;
}

async function lookHere(cx: CliContext, options: DnsListOptions): Promise<RecordsDocument> {
  const sight = await lookAround(cx);
  try {
    return await withSpinner(cx, 'asking for names', () => recordsDocument(sight, options));
  } finally {
    await sight.registry.close();
  }
}

function cells(row: NameRow) {
  const style: Style = row.isWell ? 'plain' : 'warn';
  const values = (list: readonly string[] | null) => ({ text: list === null ? '?' : list.join(' ') || '-' });
  return [
    { text: row.name },
    { text: row.type },
    row.owner === 'yours' ? { text: '' } : values(row.declared),
    row.owner === 'yours' ? { text: '' } : values(row.configured),
    values(row.served),
    { text: row.owner },
    { text: row.state, style: row.state === 'served' || row.state === 'points here' ? ('good' as const) : style },
  ];
}
