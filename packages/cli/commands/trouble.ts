import type { Loaded } from '@reconcile/agent/desired';
import type { Diagnostic } from '@reconcile/core';
import { harmless, type Line, line, piece } from '@reconcile/core/render';

/** What a person must know about where the desired state came from, beside the plan. */
export function troubleLines(loaded: Loaded): Line[] {
  const lines: Line[] = [];
  const { commit, trouble } = loaded;
  if (trouble !== undefined) {
    const going = commit === undefined ? '' : `; going on with ${commit.commit.slice(0, 7)}`;
    lines.push(line(piece(`source: ${trouble.code}  `, 'bad'), `${harmless(trouble.message)}${going}`));
    if (trouble.hint !== '') lines.push(line(piece('  next    ', 'dim'), harmless(trouble.hint)));
  }
  lines.push(...diagnosticLines(loaded.diagnostics));
  for (const warning of loaded.warnings.slice(0, 5))
    lines.push(line(piece('note: ', 'warn'), `${harmless(warning.message)}`));
  if (loaded.warnings.length > 5)
    lines.push(line(piece(`note: ${loaded.warnings.length - 5} more like these`, 'warn')));
  return lines;
}

/** `services/web.toml:3:1  components.web.routes: …` */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): Line[] {
  return diagnostics.flatMap((d) => {
    const place = d.line === 0 ? d.file : `${d.file}:${d.line}:${d.column}`;
    const path = d.path === '' ? '' : `${d.path}: `;
    const head = line(
      piece(d.severity === 'error' ? 'error ' : 'warning ', d.severity === 'error' ? 'bad' : 'warn'),
      piece(place, 'bold'),
      `  ${harmless(path + d.message)}`,
    );
    return d.hint === undefined ? [head] : [head, line(piece('  next  ', 'dim'), harmless(d.hint))];
  });
}
