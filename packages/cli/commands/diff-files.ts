import { bytes, type Line, line, piece } from '@reconcile/core/render';
import { unifiedDiff } from '@reconcile/source/reading';
import { patchLines } from '../edit/patch-lines.ts';
import type { Content } from './diff-contents.ts';

/** One mounted file, before and after. */
export interface FilePair {
  /** Path in the container. */
  readonly target: string;
  readonly before: Content;
  readonly after: Content;
}

/** Comparing takes lines × lines; larger texts are only measured. */
const mostCells = 4_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The file as a unified diff; what is no text, or too much of it, as sizes. Empty where nothing differs. */
export function fileHunks(pair: FilePair): Line[] {
  const { after, before, target } = pair;
  const [old, now] = [textOf(before), textOf(after)];
  if (old === null || now === null || lineCount(old) * lineCount(now) > mostCells) {
    const words = `${target}: ${sizeOf(before)} → ${sizeOf(after)}`;
    return [line('  ', piece(words, 'change'))];
  }
  const patch = unifiedDiff(old, now, target.replace(/^\/+/, ''));
  return patch === '' ? [] : patchLines(patch).map((text) => line('  ', ...text));
}

/** null: not a text. */
function textOf(content: Content): string | undefined | null {
  if (content === undefined) return undefined;
  if (content === 'lost' || content.includes(0)) return null;
  try {
    return utf8.decode(content);
  } catch {
    return null;
  }
}

function sizeOf(content: Content): string {
  if (content === undefined) return 'none';
  return content === 'lost'
    ? 'content not kept'
    : `${bytes(content.byteLength)}${textOf(content) === null ? ' binary' : ''}`;
}

function lineCount(text: string | undefined): number {
  return (text?.match(/\n/g)?.length ?? 0) + 1;
}
