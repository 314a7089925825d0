import { certificatesDocument } from '@reconcile/agent/documents';
import type { CertificateRow, Leaf } from '@reconcile/agent/ingress';
import type { CertificatesDocument } from '@reconcile/agent/service';
import { line, piece, table } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';
import { withSpinner } from '../frame/progress.ts';

const columns = [
  { title: 'NAME', min: 20, yields: 1 },
  { title: 'ISSUER' },
  { title: 'OWNER' },
  { title: 'DECLARED' },
  { title: 'CONFIGURED', min: 8, yields: 3 },
  { title: 'SERVED', min: 8, yields: 2 },
  { title: 'LEFT', align: 'right' as const },
  { title: 'STATE', min: 16, yields: 4 },
];

const dayMs = 86_400_000;

/** Every certificate: whose it is, and whether declared, held and shown agree. */
export async function runCertList(cx: CliContext): Promise<number> {
  const document = cx.far === undefined ? await lookHere(cx) : await cx.far.service.certificates(callerOf(cx));
  const rows = document.certificates;
  const now = Date.now();
  if (cx.json) cx.printJson(document);
  else if (rows.length === 0) cx.tell([line(piece('No route here needs a certificate.', 'dim'))]);
  else
    cx.print(
      table(
        columns,
        rows.map((row) => cells(row, now)),
        { width: cx.look.width, ascii: cx.look.ascii },
      ),
    );
  return exit.converged;
}

async function lookHere(cx: CliContext): Promise<CertificatesDocument> {
  const sight = await lookAround(cx);
  try {
    return await withSpinner(cx, 'asking for certificates', () => certificatesDocument(sight));
  } finally {
    await sight.registry.close();
  }
}

function cells(row: CertificateRow, now: number) {
  const leaf = (one: Leaf | null) => ({ text: one === null ? '-' : one.fingerprint.slice(0, 12) });
  return [
    { text: row.name },
    { text: row.issuer },
    { text: row.owner },
    { text: row.isDeclared ? 'yes' : 'no' },
    leaf(row.configured),
    leaf(row.served),
    { text: row.configured === null ? '-' : `${Math.floor((row.configured.notAfter - now) / dayMs)} d` },
    { text: row.state, style: row.isWell ? ('good' as const) : ('warn' as const) },
  ];
}
