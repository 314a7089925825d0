import type { Loaded } from '@reconcile/agent/desired';
import type { Diagnostic } from '@reconcile/core';
import { harmless, type Line, line, piece, wrap } from '@reconcile/core/render';
import { type LinesLook, problemLines } from './validate-lines.ts';

type Told = Pick<Loaded, 'commit' | 'trouble' | 'diagnostics' | 'warnings'>;

const wide: LinesLook = { width: 160, ascii: false };

/** What a person must know about where the desired state came from, beside the plan. */
export function troubleLines(loaded: Told, look: LinesLook = wide): Line[] {
  const lines: Line[] = [];
  const { commit, trouble } = loaded;
  if (trouble !== undefined) {
    const going = commit === undefined ? '' : `; going on with ${commit.commit.slice(0, 7)}`;
    const says = wrap(`${trouble.code}  ${harmless(trouble.message)}${going}`, look.width - 8);
    lines.push(...says.map((text, i) => line(i === 0 ? piece('source: ', 'bad') : '        ', text)));
    if (trouble.hint !== '') lines.push(line(piece('  next    ', 'dim'), harmless(trouble.hint)));
  }
  lines.push(...diagnosticLines(loaded.diagnostics, look));
  for (const warning of loaded.warnings.slice(0, 5))
    lines.push(line(piece('note: ', 'warn'), harmless(noteText(warning))));
  if (loaded.warnings.length > 5)
    lines.push(line(piece(`note: ${loaded.warnings.length - 5} more like these`, 'warn')));
  return lines;
}

function noteText({ message, path }: Loaded['warnings'][number]): string {
  return path === '' || message.includes(path) ? message : `${path}: ${message}`;
}

/** `services/web.toml:3:1  components.web.routes: …` */
export function diagnosticLines(diagnostics: readonly Diagnostic[], look: LinesLook = wide): Line[] {
  return diagnostics.flatMap((problem) => problemLines(problem, undefined, look));
}
