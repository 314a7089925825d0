import { basename, relative } from 'node:path';
import type { Diagnostic } from '@reconcile/core';
import { count, duration, harmless, type Line, line, piece } from '@reconcile/core/render';
import { createReadHost } from '@reconcile/host/reading';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';
import { problemLines } from './validate-lines.ts';
import { type Checked, check } from './validate-read.ts';
import { findTargets } from './validate-target.ts';

/**
 * Every problem of the definitions as they lie in the work tree, before anybody commits them. Needs no node.toml, no
 * podman and no network, and writes nothing. @throws NOTHING_TO_VALIDATE NO_CHECKOUT FLEET_UNREADABLE SPEC_*
 */
export async function runValidate(cx: CliContext, paths: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const host = createReadHost({ env: cx.env });
  const checked = await withSpinner(cx, 'reading definitions', async () => {
    const targets = await findTargets(cx, host, paths);
    return Promise.all(targets.map((target) => check(cx, host, target)));
  });
  const all = checked.flatMap(({ diagnostics }) => diagnostics);
  const errors = all.filter(isError).length;
  const code = errors > 0 ? exit.error : exit.converged;
  if (cx.json) {
    cx.printJson(answer(cx, checked, code));
    return code;
  }
  for (const one of checked) print(cx, one);
  const tookMs = performance.now() - startedAt;
  cx.print(checked.map((one) => summary(cx, one, tookMs)));
  return code;
}

function print(cx: CliContext, { diagnostics, notes, texts }: Checked): void {
  for (const problem of diagnostics) {
    const shown = { ...problem, file: near(cx, problem.file) };
    cx.print([...problemLines(shown, texts.get(problem.file), cx.look), []]);
  }
  cx.tell(notes.map((note) => line(piece('note: ', 'warn'), harmless(note))));
}

/** `✔ fleet: 12 services, no problems   0.08 s` */
function summary(cx: CliContext, { diagnostics, services, target }: Checked, tookMs: number): Line {
  const errors = diagnostics.filter(isError).length;
  const warnings = diagnostics.length - errors;
  const signs = cx.look.ascii ? { good: 'ok ', bad: 'x ' } : { good: '✔ ', bad: '✘ ' };
  const parts = [
    ...(target.kind === 'fleet' ? [count(services, 'service')] : []),
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(diagnostics.length === 0 ? ['no problems'] : []),
  ];
  const consequence = errors > 0 && target.kind === 'fleet' ? '; not applied while it has errors' : '';
  return line(
    errors > 0 ? piece(signs.bad, 'bad') : piece(signs.good, 'good'),
    piece(target.path === cx.cwd ? basename(target.path) : near(cx, target.path), 'bold'),
    `: ${parts.join(', ')}${consequence}`,
    piece(`   ${duration(tookMs)}`, 'dim'),
  );
}

function answer(cx: CliContext, checked: readonly Checked[], code: number): object {
  const all = checked.flatMap(({ diagnostics }) => diagnostics);
  const errors = all.filter(isError).length;
  return {
    exit: code,
    errors,
    warnings: all.length - errors,
    checked: checked.map(({ diagnostics, notes, services, target }) => ({
      ...target,
      ...(target.kind === 'fleet' ? { services } : {}),
      notes,
      diagnostics: diagnostics.map((problem) => ({ ...problem, file: near(cx, problem.file) })),
    })),
  };
}

/** As the caller would type it: editors and terminals open what is named so. */
function near(cx: CliContext, path: string): string {
  const short = relative(cx.cwd, path);
  return short === '' ? '.' : short.startsWith('../') ? path : short;
}

function isError(problem: Diagnostic): boolean {
  return problem.severity === 'error';
}
