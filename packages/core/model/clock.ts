import { digest } from './digest.ts';
import type { Instant } from './json.ts';

/** What the wall clock said at one moment of a boot. */
export interface ClockMark {
  readonly wall: Instant;
  /** Time since that boot, sleep included, ms: nobody sets it. */
  readonly upMs: number;
  readonly bootId: string;
}

/** Kept from one look to the next. */
export interface ClockNote {
  /** The last moment at which the wall clock was believed. */
  readonly believed: ClockMark;
  /** Since when it says something else. */
  readonly doubted?: ClockMark;
}

/** Why the wall clock is not believed: nothing is signed by it until a person says so, or it is right again. */
export interface ClockDoubt {
  /** Of the hold; the same for the same jump. */
  readonly id: string;
  readonly message: string;
}

const dayMs = 86_400_000;
/** Clocks are set, and machines sleep; certificates are counted in days. */
const mostStepMs = dayMs;
/** How long a machine may have been off: nobody counted meanwhile. */
const longestOffMs = 30 * dayMs;
/** The mark follows the clock this often, so that it is written down once a day, not at every look. */
const followMs = dayMs;

/** By how much the wall clock is off what was counted since the mark, ms; positive: ahead. */
function stepOf(believed: ClockMark, seen: ClockMark): number {
  const counted = believed.bootId === seen.bootId ? seen.upMs - believed.upMs : seen.upMs;
  return seen.wall - believed.wall - counted;
}

/** By itself; the machine may have been off between two boots. */
function isBelievable(believed: ClockMark, seen: ClockMark): boolean {
  const step = stepOf(believed, seen);
  return step >= -mostStepMs && step <= (believed.bootId === seen.bootId ? mostStepMs : longestOffMs);
}

/** Whether the wall clock agrees with what was counted since it was last believed. Pure. */
export function isClockOff(note: ClockNote | undefined, seen: ClockMark): boolean {
  return note !== undefined && !isBelievable(note.believed, seen);
}

/**
 * The wall clock against what was counted since it was last believed: a jump of more than a day, or of a month while the machine
 * was off, is doubted unless somebody else vouches for it. Pure.
 * @param isVouched another clock agrees: asked for only where `isClockOff`
 */
export function judgeClock(
  note: ClockNote | undefined,
  seen: ClockMark,
  isVouched: boolean,
): { readonly note: ClockNote; readonly doubt?: ClockDoubt } {
  if (note === undefined || isVouched || !isClockOff(note, seen)) return { note: followed(note, seen) };
  const { believed, doubted } = note;
  const isSameJump = doubted !== undefined && doubted.bootId === seen.bootId && Math.abs(stepOf(doubted, seen)) < dayMs;
  return {
    note: isSameJump ? note : { believed, doubted: seen },
    doubt: { id: doubtId(believed, isSameJump ? doubted : seen), message: messageOf(believed, seen) },
  };
}

/** Nothing new is written while the clock goes as it should. */
function followed(note: ClockNote | undefined, seen: ClockMark): ClockNote {
  if (note === undefined || note.doubted !== undefined || note.believed.bootId !== seen.bootId)
    return { believed: seen };
  const isNews = seen.wall - note.believed.wall >= followMs || Math.abs(stepOf(note.believed, seen)) >= 60_000;
  return isNews ? { believed: seen } : note;
}

/** Without the moment of the look: a dry run keeps nothing, and asks about the same jump by the same name. */
function doubtId(believed: ClockMark, doubted: ClockMark): string {
  const days = Math.round(stepOf(believed, doubted) / dayMs);
  return `h${digest(`clock ${believed.bootId} ${believed.wall} ${doubted.bootId} ${days}`).slice(0, 6)}`;
}

function messageOf(believed: ClockMark, seen: ClockMark): string {
  const step = stepOf(believed, seen);
  const days = Math.round(Math.abs(step) / dayMs);
  const off = believed.bootId === seen.bootId ? 'what this machine has counted' : 'when this node last wrote it down';
  return `the clock says ${new Date(seen.wall).toISOString()}, ${days} days ${step > 0 ? 'ahead of' : 'behind'} ${off}: no certificate is signed by it. Look: timedatectl; set it, or confirm that it is right`;
}

/** A person released the hold: the clock is right. undefined: they released something else. */
export function acceptClock(note: ClockNote | undefined, released: readonly string[]): ClockNote | undefined {
  if (note?.doubted === undefined) return undefined;
  return released.includes(doubtId(note.believed, note.doubted)) ? { believed: note.doubted } : undefined;
}

/** Under this name it is kept. */
export const clockNote = 'clock/seen';

/** As it was kept; undefined: nothing was, or not by us. */
export function parseClockNote(value: unknown): ClockNote | undefined {
  const { believed, doubted } = (value ?? {}) as Partial<ClockNote>;
  if (!isMark(believed)) return undefined;
  return isMark(doubted) ? { believed, doubted } : { believed };
}

function isMark(value: unknown): value is ClockMark {
  const { bootId, upMs, wall } = (value ?? {}) as Partial<ClockMark>;
  return typeof wall === 'number' && typeof upMs === 'number' && typeof bootId === 'string';
}
