import { type AdoptCase, foreignContainers, judgeAdoption, openSlots } from '@reconcile/agent/adopt';
import { plainName } from '@reconcile/agent/subject';
import type { ObservedResource, Resource } from '@reconcile/core';
import type { ContainerCare, ContainerSpec } from '@reconcile/core/kinds/container';
import { type Line, line, pad, piece } from '@reconcile/core/render';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { writingNode } from '../frame/writer.ts';
import { passOnce, reportPass } from './pass.ts';

export interface AdoptOptions {
  /** Also those that the next pass has to replace. */
  readonly restart?: boolean;
}

/**
 * Takes over containers that somebody else made. Without names: says of each what it would come to, and does nothing. With a
 * slot, and a container where several would fit, it does: by id, in the ledger. @throws ADOPT_NONE ADOPT_WHICH ADOPT_RESTARTS
 */
export async function runAdopt(
  cx: CliContext,
  slot: string | undefined,
  ...[container, options]: [string | undefined, AdoptOptions]
): Promise<number> {
  const startedAt = performance.now();
  const sight = await lookAround(cx);
  await sight.registry.close();
  const cases = await judgeAll(cx, sight, slot, container);
  if (slot === undefined) return show(cx, cases);
  const chosen = choose(slot, cases, options);
  if (!cx.json) cx.print(caseLines(chosen));
  const adopt = chosen.flatMap(({ adoption }) => adoption ?? []);
  const result = await passOnce(cx, await writingNode(cx), { order: { adopt }, ask: true });
  const also = { adopted: chosen.map(({ adoption: _adoption, ...rest }) => rest) };
  return reportPass(cx, result, {
    tookMs: performance.now() - startedAt,
    subject: chosen.map((one) => one.slot).join(', '),
    verdict: 'adopted',
    also,
  });
}

/** Every container of others against every open slot that its image could fill, or against the one that was named. */
async function judgeAll(
  cx: CliContext,
  sight: Sight,
  slot: string | undefined,
  container: string | undefined,
): Promise<AdoptCase[]> {
  const { desired, host, seen } = sight;
  const { signal } = cx;
  const open = openSlots({ desired, seen }).filter(
    (one) => slot === undefined || isNamed(one.slot, plainName(slot, desired.node)),
  );
  const others = foreignContainers({ seen }).filter((one) => container === undefined || isContainer(one, container));
  const pairs = open.flatMap((resource) =>
    others.filter((one) => container !== undefined || mayFit(sight, resource, one)).map((one) => ({ resource, one })),
  );
  return Promise.all(pairs.map(({ one, resource }) => judgeAdoption({ host, desired, seen, signal }, resource, one)));
}

function isNamed(slot: string, wanted: string): boolean {
  return slot === wanted || slot.startsWith(`${wanted}/`);
}

function isContainer({ key, state }: ObservedResource, wanted: string): boolean {
  const { id } = state as { id: string };
  return key === `container/${wanted}` || (wanted.length >= 12 && id.startsWith(wanted));
}

/** The same image: nothing else is guessed, a name least of all. */
function mayFit({ seen }: Sight, resource: Resource<ContainerSpec, ContainerCare>, one: ObservedResource): boolean {
  const local = seen.observed.resources[`image/${resource.spec.image}`]?.state as
    | { imageId?: string }
    | null
    | undefined;
  return local?.imageId !== undefined && local.imageId === (one.state as { imageId?: string }).imageId;
}

/** One container for each slot: the one that fits as it is, else the only one. */
function choose(wanted: string, cases: readonly AdoptCase[], { restart }: AdoptOptions): AdoptCase[] {
  const slots = [...new Set(cases.map(({ slot }) => slot))];
  if (slots.length === 0)
    throw fail('ADOPT_NONE', {
      message: `adopt ${wanted}`,
      actual: 'no container of others runs an image of it, or it is there already',
      hint: 'reconcile adopt; reconcile adopt SLOT CONTAINER',
    });
  return slots.map((slot) => {
    const own = cases.filter((one) => one.slot === slot && one.verdict !== 'not possible');
    const fitting = own.filter(({ verdict }) => verdict === 'as it is');
    const left = fitting.length > 0 ? fitting : own;
    const [first, second] = left;
    if (first === undefined) {
      const whys = cases
        .filter((one) => one.slot === slot)
        .map(({ container, why }) => `${container}: ${why.join('; ')}`);
      throw fail('ADOPT_NONE', { message: `adopt ${slot}`, actual: whys.join('\n') });
    }
    if (second !== undefined) {
      const names = left.map(({ container }) => container);
      throw fail('ADOPT_WHICH', {
        message: `adopt ${slot}`,
        actual: `${names.join(', ')} would all do`,
        hint: `reconcile adopt ${slot} ${names[0] ?? ''}`,
      });
    }
    if (first.verdict === 'one restart' && restart !== true) {
      const differs = [...first.fields.map(({ field }) => field), ...first.why];
      throw fail('ADOPT_RESTARTS', {
        message: `adopt ${first.container} as ${slot}`,
        actual: `it differs: ${differs.join(', ')}`,
        hint: `reconcile adopt ${slot} ${first.container} --restart; or change the definition: reconcile adopt`,
      });
    }
    return first;
  });
}

function show(cx: CliContext, cases: readonly AdoptCase[]): number {
  if (cx.json) cx.printJson({ version: 1, cases: cases.map(({ adoption: _adoption, ...rest }) => rest) });
  else if (cases.length === 0)
    cx.print([
      line('Nothing to take over: no container of others runs an image of a declared service that is not there yet.'),
    ]);
  else cx.print([...caseLines(cases), [], line(piece('next: ', 'dim'), 'reconcile adopt SLOT [CONTAINER]')]);
  return exit.converged;
}

function caseLines(cases: readonly AdoptCase[]): Line[] {
  const width = Math.max(...cases.map(({ container }) => container.length));
  return cases.flatMap(({ also, container, fields, slot, verdict, why }) => [
    line(
      piece(pad(container, width), 'bold'),
      ` → ${slot}   `,
      piece(verdict, verdict === 'as it is' ? 'good' : verdict === 'one restart' ? 'warn' : 'bad'),
    ),
    ...fields.map(({ field, from, to }) => line(piece(`    ${field}  `, 'dim'), `${text(from)} → ${text(to)}`)),
    ...why.map((one) => line(`    ${one}`)),
    ...also.map((one) => line(piece('    note: ', 'dim'), one)),
  ]);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
