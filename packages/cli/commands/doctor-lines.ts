import type { FamilyReport, Finding, Severity } from '@reconcile/agent/doctor';
import { asciiText, count, duration, harmless, type Line, line, piece, type Style, wrap } from '@reconcile/core/render';
import type { Missed } from './doctor-known.ts';

export interface DoctorView {
  readonly node: string | undefined;
  readonly missed: readonly Missed[];
  readonly width: number;
  readonly ascii: boolean;
  readonly fixable: number;
  readonly tookMs: number;
}

const signs: Readonly<Record<Severity, readonly [string, Style]>> = {
  error: ['✘', 'bad'],
  warning: ['!', 'warn'],
  note: ['·', 'dim'],
};

/** Errors first, each with what to type; what is well in one line; last whether the node survives a reboot. */
export function doctorLines(report: readonly FamilyReport[], view: DoctorView): Line[] {
  const all = report.flatMap(({ findings }) => findings);
  const shown = all.filter(({ code }) => code !== 'SURVIVES');
  const order: readonly Severity[] = ['error', 'warning', 'note'];
  const sorted = [...shown].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const well = report.flatMap(({ family, findings }) =>
    findings.every(({ severity }) => severity === 'note') ? [family] : [],
  );
  const lines = [
    heading(all, report.length, view),
    ...sorted.flatMap((one) => [[], ...findingLines(one, view)]),
    [],
    ...(well.length === 0 ? [] : listed(piece(view.ascii ? 'ok ' : '✔ ', 'good'), well.join(', '), view)),
    ...view.missed.flatMap(({ what, why }) =>
      listed(piece('? ', 'warn'), `not looked at: ${what}: ${harmless(why)}`, view),
    ),
    ...survivalLines(all),
    ...(view.fixable === 0
      ? []
      : [line(piece('next: ', 'dim'), `reconcile doctor --fix   (does ${view.fixable} of these for you)`)]),
  ];
  return view.ascii ? lines.map((pieces) => pieces.map((one) => ({ ...one, text: asciiText(one.text) }))) : lines;
}

function heading(all: readonly Finding[], families: number, { node, tookMs }: DoctorView): Line {
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const warnings = all.filter(({ severity }) => severity === 'warning').length;
  const verdict =
    errors + warnings === 0
      ? piece('nothing wrong', 'good')
      : piece(
          [errors === 0 ? '' : count(errors, 'error'), warnings === 0 ? '' : count(warnings, 'warning')]
            .filter(Boolean)
            .join(', '),
          errors > 0 ? 'bad' : 'warn',
        );
  return line(
    piece(node ?? 'this machine', 'bold'),
    `  ${families} things examined: `,
    verdict,
    piece(`   ${duration(tookMs)}`, 'dim'),
  );
}

function findingLines({ actual, code, fix, severity, wanted, what }: Finding, view: DoctorView): Line[] {
  const [sign, style] = signs[severity];
  const field = (name: string, text: string): Line[] =>
    text === '' ? [] : listed(piece(`    ${name.padEnd(8)}`, 'dim'), harmless(text), view);
  return [
    line(piece(`${sign} `, style), piece(harmless(what), 'bold'), piece(`  ${code}`, 'dim')),
    ...field('wanted', wanted),
    ...field('actual', actual),
    ...field('fix', fix),
  ];
}

/** Commands are never broken: they are copied. */
function listed(head: ReturnType<typeof piece>, text: string, { width }: DoctorView): Line[] {
  const isCommand = /^\s{4}fix/.test(head.text);
  const parts = isCommand ? [text] : wrap(text, Math.max(30, width - head.text.length));
  return parts.map((part, i) => (i === 0 ? line(head, part) : line(' '.repeat(head.text.length), part)));
}

function survivalLines(all: readonly Finding[]): Line[] {
  const yes = all.find(({ code }) => code === 'SURVIVES');
  const no = all.find(({ code }) => code === 'SURVIVES_NOT');
  if (yes === undefined && no === undefined) return [];
  const text = (yes ?? no)?.actual ?? '';
  return [line('survives reboot: ', piece(harmless(text), yes === undefined ? 'bad' : 'good'))];
}
