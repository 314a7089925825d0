import { routesDocument } from '@reconcile/agent/documents';
import type { RouteRow } from '@reconcile/agent/ingress';
import type { RoutesDocument } from '@reconcile/agent/service';
import { line, piece, table } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';
import { withSpinner } from '../frame/progress.ts';

const columns = [
  { title: 'ROUTE', min: 24, yields: 1 },
  { title: 'MODE' },
  { title: 'OWNER' },
  { title: 'DECLARED' },
  { title: 'CONFIGURED', min: 15, yields: 3 },
  { title: 'SERVED' },
  { title: 'STATE', min: 16, yields: 2 },
];

/** Every route: whose it is, and whether declared, configured and served agree. */
export async function runRouteList(cx: CliContext): Promise<number> {
  const document = cx.far === undefined ? await lookHere(cx) : await cx.far.service.routes(callerOf(cx));
  const rows = document.routes;
  if (cx.json) cx.printJson(document);
  else if (rows.length === 0) cx.tell([line(piece('No component here has a route.', 'dim'))]);
  else cx.print(table(columns, rows.map(cells), { width: cx.look.width, ascii: cx.look.ascii }));
  return exit.converged;
}

async function lookHere(cx: CliContext): Promise<RoutesDocument> {
  const sight = await lookAround(cx);
  try {
    return await withSpinner(cx, 'asking for routes', () => routesDocument(sight));
  } finally {
    await sight.registry.close();
  }
}

function cells(row: RouteRow) {
  const scheme = row.mode === 'l4' ? 'tcp' : row.tls ? 'https' : 'http';
  const usual = scheme === 'https' ? 443 : scheme === 'http' ? 80 : 0;
  const port = row.listener === usual ? '' : `:${row.listener}`;
  return [
    { text: `${scheme}://${row.name}${port}${row.path === '/' ? '' : row.path}` },
    { text: row.mode },
    { text: row.owner },
    { text: row.isDeclared ? 'yes' : 'no' },
    { text: row.configured === null ? '-' : row.configured.join(' ') || 'nowhere' },
    { text: row.served ? 'yes' : 'no' },
    { text: row.state, style: row.isWell ? ('good' as const) : ('warn' as const) },
  ];
}
