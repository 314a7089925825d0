import {
  carryOutRepair,
  diagnose,
  type Examined,
  examine,
  type FamilyReport,
  type Finding,
  isFixable,
} from '@reconcile/agent/doctor';
import { errorText } from '@reconcile/core';
import { line, piece } from '@reconcile/core/render';
import { createReadHost } from '@reconcile/host/reading';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';
import { gatherKnown, type Missed } from './doctor-known.ts';
import { doctorLines } from './doctor-lines.ts';

export interface DoctorOptions {
  readonly fix?: boolean;
  readonly yes?: boolean;
  readonly verbose?: boolean;
}

/** Finds what is wrong with this machine, or will be when it matters. Works without any configuration. Reads only, but for `--fix`. */
export async function runDoctor(cx: CliContext, options: DoctorOptions): Promise<number> {
  const startedAt = performance.now();
  const first = await look(cx);
  const fixed = options.fix === true ? await fix(cx, first, options) : [];
  const last = fixed.length > 0 ? await look(cx) : first;
  const all = last.report.flatMap(({ findings }) => findings);
  const code = all.some(({ severity }) => severity === 'error') ? exit.error : exit.converged;
  const node = last.of.config?.node;
  if (cx.json) {
    cx.printJson({
      version: 1,
      exit: code,
      ...(node === undefined ? {} : { node }),
      missed: last.missed,
      fixed,
      families: last.report,
    });
    return code;
  }
  cx.print(
    doctorLines(last.report, {
      ...last,
      node,
      width: cx.look.width,
      ascii: cx.look.ascii,
      fixable: all.filter((one) => isFixable(one, last.of.uid)).length,
      tookMs: performance.now() - startedAt,
    }),
  );
  return code;
}

interface Examination {
  readonly of: Examined;
  readonly report: readonly FamilyReport[];
  readonly missed: readonly Missed[];
}

async function look(cx: CliContext): Promise<Examination> {
  const host = createReadHost({ env: cx.env });
  return withSpinner(cx, 'examining this machine', async () => {
    const { known, missed } = await gatherKnown(cx);
    const of = await examine(host, cx.signal, known);
    return { of, report: await diagnose(of), missed };
  });
}

interface Fixed {
  readonly code: string;
  readonly what: string;
  readonly fix: string;
  readonly failed?: string;
}

/** The safe ones only; asked about one by one where a person can answer. */
async function fix(cx: CliContext, { of, report }: Examination, { yes }: DoctorOptions): Promise<Fixed[]> {
  const { createHost } = await import('@reconcile/host/writing');
  const host = createHost({ env: cx.env });
  const done: Fixed[] = [];
  for (const found of report.flatMap(({ findings }) => findings)) {
    if (found.repair === undefined || !isFixable(found, of.uid)) continue;
    if (cx.canAsk && !cx.json && yes !== true && !(await cx.ask(`${question(found)} [y/N] `))) continue;
    const failed = await carryOutRepair(host, found.repair).catch((error: unknown) => errorText(error));
    done.push({ code: found.code, what: found.what, fix: found.fix, ...(failed === undefined ? {} : { failed }) });
    if (cx.json) continue;
    cx.tell([
      failed === undefined
        ? line(piece('fixed ', 'good'), found.fix)
        : line(piece('failed ', 'bad'), `${found.fix}: ${failed}`),
    ]);
  }
  return done;
}

function question({ actual, fix: command, what }: Finding): string {
  return `${what}: ${actual}\n  ${command}`;
}
