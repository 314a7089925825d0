import { resolve } from 'node:path';
import { checkDnsScript, type Finding } from '@reconcile/agent/names/script';
import { type Line, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';

export interface DnsCheckOptions {
  readonly zone: string;
}

const timeoutMs = 30_000;

/** Does a DNS script do what specs/dns-exec.md asks? On its real zone, with names of its own that it removes again. */
export async function runDnsCheck(
  cx: CliContext,
  [program = '', ...args]: readonly string[],
  { zone }: DnsCheckOptions,
): Promise<number> {
  const path = program.includes('/') ? resolve(cx.cwd, program) : program;
  const findings = await withSpinner(cx, `trying ${program}`, () =>
    checkDnsScript({ zone: zone.toLowerCase(), program: path, args, timeoutMs, signal: cx.signal }),
  );
  const failed = findings.filter(({ passed }) => !passed).length;
  if (cx.json) cx.printJson({ version: 1, findings, passed: failed === 0 });
  else cx.print([...findings.flatMap((one) => lines(one, cx.look.ascii)), line(), summary(findings.length, failed)]);
  return failed === 0 ? exit.converged : exit.error;
}

function lines({ name, passed, says }: Finding, ascii: boolean): Line[] {
  const sign = passed ? piece(ascii ? 'ok  ' : '✓', 'good') : piece(ascii ? 'FAIL' : '✗', 'bad');
  return [line(sign, ' ', name), ...(passed ? [] : [line(piece(`    ${says}`, 'dim'))])];
}

function summary(all: number, failed: number): Line {
  if (failed === 0) return line(piece(`All ${all} passed: this script can write a zone.`, 'good'));
  return line(piece(`${failed} of ${all} failed; what is asked of a script stands in specs/dns-exec.md.`, 'bad'));
}
