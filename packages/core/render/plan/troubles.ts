import type { Hold, Wait } from '../../model/plan.ts';
import { type Line, line, pad, piece, textWidth, wrap } from '../text.ts';
import type { Frame } from './frame.ts';

/** A wait that only says "the other one waits" adds nothing to read. */
export function rootWaits(waits: readonly Wait[]): readonly Wait[] {
  const roots = waits.filter((wait) => wait.code !== 'Reference' && wait.code !== 'StageNotReady');
  return roots.length > 0 ? roots : waits;
}

export function waitName(wait: Wait): string {
  return wait.slot.includes('/') && !wait.slot.startsWith(`${wait.key.split('/')[0] ?? ''}/`)
    ? wait.slot
    : (wait.services[0] ?? wait.slot);
}

export function waitLines(wait: Wait, frame: Frame): Line[] {
  const { symbols, name } = frame;
  const head = [piece(pad(symbols.wait, 3), 'warn'), piece(pad(waitName(wait), name), 'bold')];
  return reasonLines(line('  ', ...head, '  ', piece('WAITS', 'warn'), ' '), wait.message, frame);
}

/** A reason is never cut: what does not fit goes on below where it began. */
function reasonLines(head: Line, text: string, { options }: Frame): Line[] {
  const indent = head.slice(0, -2).reduce((sum, part) => sum + textWidth(part.text), 0);
  const first = head.reduce((sum, part) => sum + textWidth(part.text), 0);
  const room = Math.max(24, options.width - first);
  return wrap(text, room).map((part, i) => (i === 0 ? line(...head, part) : line(' '.repeat(indent), part)));
}

export function holdName(hold: Hold): string {
  return hold.code === 'KnownBad' ? (hold.slots[0] ?? '') : '';
}

export function holdLines(hold: Hold, frame: Frame): Line[] {
  const { symbols, name } = frame;
  const sign = piece(pad(symbols.hold, 3), 'bad');
  if (hold.code === 'KnownBad') {
    const slot = hold.slots[0] ?? '';
    const head = line('  ', sign, piece(pad(slot, name), 'bold'), '  ', piece('ROLLED BACK', 'bad'), ' ');
    const again = `not tried again until it changes or: reconcile retry ${hold.services[0] ?? ''}`;
    return reasonLines(head, `${hold.message.replace(`${slot} was `, '')}; ${again}`, frame);
  }
  const data = hold.data.length === 0 ? '' : `   data is kept: ${hold.data.join(', ')}`;
  const head = line('  ', sign, piece(hold.services.join(', '), 'bold'), '  ', piece(`HELD ${hold.id}`, 'bad'), '   ');
  return reasonLines(head, `${hold.message}${data}`, frame);
}
