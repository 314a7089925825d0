import type { Diagnostic } from '@reconcile/core';
import { type Path, pathText } from './path.ts';
import type { Positions } from './positions.ts';
import type { Issue, Report } from './report.ts';

/** Gives every issue its line, column and name path. The positions' parser is loaded only when there is something to place. */
export async function place(reports: readonly Report[], onFile?: (file: string) => void): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const report of reports) {
    if (report.issues.length === 0) continue;
    onFile?.(report.file);
    const positions = report.raw === undefined ? undefined : await positionsOf(report.text);
    for (const issue of report.issues) found.push(diagnostic(report, issue, positions));
  }
  return found.sort(
    (a, b) =>
      order(a.file, b.file) || a.line - b.line || a.column - b.column || order(a.path, b.path) || order(a.code, b.code),
  );
}

async function positionsOf(text: string): Promise<Positions | undefined> {
  const { readPositions } = await import('./positions.ts');
  return readPositions(text);
}

function diagnostic(report: Report, issue: Issue, positions: Positions | undefined): Diagnostic {
  const { line, column } = issue.position ?? positions?.find(issue.path, issue.at) ?? { line: 0, column: 0 };
  const lineOf = (path: Path) => positions?.find(path, 'key')?.line;
  const hint = typeof issue.hint === 'function' ? issue.hint(lineOf) : issue.hint;
  return {
    severity: issue.severity,
    code: issue.code,
    file: issue.position?.file ?? report.file,
    line,
    column,
    path: pathText(report.raw, issue.path),
    message: issue.message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
