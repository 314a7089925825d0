import type { Made, Role } from '@reconcile/agent/access';
import { createToken, endToken } from '@reconcile/agent/access';
import { becomeWriter } from '@reconcile/agent/pass';
import { type Principal, principalName } from '@reconcile/core';
import { duration, harmless, line, piece, table } from '@reconcile/core/render';
import { addAudit, listTokens, type Registry, type TokenRow } from '@reconcile/registry';
import { askAgent } from '../door/ask.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { remember } from '../frame/node.ts';
import { writingNode } from '../frame/writer.ts';

export interface TokenOptions {
  readonly role: Role;
  readonly service?: readonly string[];
  readonly for: string;
}

const writerWaitMs = 5000;
const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `token create NAME`: a way in for a program; its secret goes to stdout, once. @throws TOKEN_INVALID BAD_TIME */
export async function runTokenCreate(cx: CliContext, name: string, options: TokenOptions): Promise<number> {
  const wish = { name, role: options.role, services: options.service ?? [], ttlMs: spanOf(options.for) };
  const { config } = await writingNode(cx);
  const made =
    (await askAgent<Made>(cx, config, { method: 'POST', path: '/api/v1/tokens', body: wish })) ??
    (await asWriter(cx, { method: 'tokenCreate', target: name }, (registry, { by, id, now }) =>
      createToken(registry, wish, { by, now, id }),
    ));
  if (cx.json) cx.printJson({ version: 1, ...made });
  else {
    cx.printText(made.secret);
    cx.tell([
      line(piece(`${name}, ${scopesText(made.token)}: shown this once; it ends in ${duration(wish.ttlMs)}`, 'dim')),
    ]);
  }
  return exit.converged;
}

/** `token list`: tokens and logins, never what opens them. */
export async function runTokenList(cx: CliContext): Promise<number> {
  const { registry } = await remember(cx);
  try {
    const rows = registry.read(listTokens);
    if (cx.json) cx.printJson({ version: 1, tokens: rows });
    else if (rows.length === 0) cx.tell([line(piece('No token has been made: reconcile token create NAME', 'dim'))]);
    else
      cx.print(
        table(
          columns,
          rows.map((row) => cells(row, Date.now())),
          { width: cx.look.width, ascii: cx.look.ascii },
        ),
      );
    return exit.converged;
  } finally {
    await registry.close();
  }
}

/** `token revoke NAME`: ends it at once. @throws TOKEN_UNKNOWN */
export async function runTokenRevoke(cx: CliContext, which: string): Promise<number> {
  const { config } = await writingNode(cx);
  const path = `/api/v1/tokens/${encodeURIComponent(which)}`;
  if ((await askAgent(cx, config, { method: 'DELETE', path })) === undefined)
    await asWriter(cx, { method: 'tokenRevoke', target: which }, (registry, { now }) => endToken(registry, which, now));
  if (cx.json) cx.printJson({ version: 1, revoked: which });
  else cx.tell([line(`${which} opens nothing any more`)]);
  return exit.converged;
}

interface Doing {
  readonly by: Principal;
  readonly now: number;
  readonly id: string;
}

/** No agent runs: done here, under the node's lock, and written down as the agent would. @throws NODE_BUSY */
async function asWriter<T>(
  cx: CliContext,
  of: { readonly method: string; readonly target: string },
  work: (registry: Registry, doing: Doing) => Promise<T>,
): Promise<T> {
  const { by, config, host, install, signal } = await writingNode(cx);
  const writer = await becomeWriter({ config, host, install, signal, waitMs: writerWaitMs });
  try {
    const now = host.clock.now();
    await writer.registry.write((rows) =>
      addAudit(rows, { at: now, by, via: 'command', ...of, args: {}, outcome: 'allowed' }),
    );
    return await work(writer.registry, { by, now, id: host.ids.random() });
  } finally {
    await writer.close();
  }
}

const columns = [
  { title: 'NAME', min: 8, yields: 1 },
  { title: 'KIND' },
  { title: 'MAY' },
  { title: 'ENDS' },
  { title: 'MADE BY', min: 8, yields: 2 },
];

function cells(row: TokenRow, now: number) {
  const isOver = row.revokedAt !== undefined || row.expiresAt <= now;
  const ends =
    row.revokedAt !== undefined ? 'revoked' : row.expiresAt <= now ? 'over' : `in ${duration(row.expiresAt - now)}`;
  const style = isOver ? ('dim' as const) : ('plain' as const);
  const name = row.kind === 'token' ? row.name : row.id;
  return [harmless(name), row.kind, scopesText(row), ends, principalName(row.createdBy)].map((text) => ({
    text,
    style,
  }));
}

function scopesText({ principal }: TokenRow): string {
  return principal.scopes.join(' ');
}

/** `--for`: `30m`, `12h`, `90d`. @throws BAD_TIME */
function spanOf(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * (units[unit] ?? 0);
  throw fail('BAD_TIME', { message: `read --for ${text}`, wanted: '30m, 12h or 90d', actual: text });
}
