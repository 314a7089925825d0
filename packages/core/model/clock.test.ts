import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptClock, type ClockMark, type ClockNote, judgeClock, parseClockNote } from './clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2030, 0, 1);
const mark = (wall: number, upMs: number, bootId = 'a'): ClockMark => ({ wall, upMs, bootId });
const before: ClockNote = { believed: mark(start, hourMs) };
/** A look after `ran`, with the clock set by `step` meanwhile. */
const after = (ran: number, step: number) => mark(start + ran + step, hourMs + ran);
/** A look ten minutes after a boot, `off` after the last mark. */
const booted = (off: number) => mark(start + off, 600_000, 'b');

describe('the clock against what was counted', () => {
  test.each<[string, ClockMark, boolean]>([
    ['goes as it should', after(60 * dayMs, 0), false],
    ['was set by an hour', after(dayMs, hourMs), false],
    ['was set back by an hour', after(dayMs, -hourMs), false],
    ['was set by two days', after(hourMs, 2 * dayMs), true],
    ['was set by ten years', after(hourMs, 3650 * dayMs), true],
    ['was set back by ten years', after(hourMs, -3650 * dayMs), true],
    ['another boot, at once', booted(0), false],
    ['another boot after three weeks', booted(21 * dayMs), false],
    ['another boot, ten years on', booted(3650 * dayMs), true],
    ['another boot, without a battery', booted(-start), true],
    ['slept for a week, and counted that', mark(start + 7 * dayMs, hourMs + 7 * dayMs), false],
  ])('%s', (_name, seen, isDoubted) => {
    expect(judgeClock(before, seen, false).doubt !== undefined).toBe(isDoubted);
    // Somebody vouches for it.
    expect(judgeClock(before, seen, true)).toEqual({ note: expect.objectContaining({ believed: expect.anything() }) });
    expect(judgeClock(before, seen, true).doubt).toBeUndefined();
  });

  test('the first look has nothing to compare with', () => {
    expect(judgeClock(undefined, mark(start, 1), false)).toEqual({ note: { believed: mark(start, 1) } });
  });

  test('a quiet clock is written down once a day', () => {
    const note = (seen: ClockMark) => judgeClock(before, seen, false).note;
    expect(note(after(hourMs, 0))).toBe(before);
    expect(note(after(23 * hourMs, 30_000))).toBe(before);
    expect(note(after(25 * hourMs, 0))).toEqual({ believed: after(25 * hourMs, 0) });
    expect(note(after(hourMs, 120_000))).toEqual({ believed: after(hourMs, 120_000) });
  });

  test('a year of looks never doubts a clock that goes, however it is slewed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(10 * dayMs), fc.integer({ min: -hourMs, max: hourMs })), { maxLength: 40 }),
        (looks) => {
          let [note, wall, upMs]: [ClockNote | undefined, number, number] = [undefined, start, 0];
          for (const [ran, step] of looks) {
            [wall, upMs] = [wall + ran + step, upMs + ran];
            const judged = judgeClock(note, mark(wall, upMs), false);
            expect(judged.doubt).toBeUndefined();
            note = judged.note;
          }
        },
      ),
    );
  });
});

describe('a doubt', () => {
  const jumped = judgeClock(before, after(hourMs, 3650 * dayMs), false);

  test('says by how much, what is left undone, and what to type', () => {
    expect(jumped.doubt?.message).toBe(
      'the clock says 2039-12-30T01:00:00.000Z, 3650 days ahead of what this machine has counted: no certificate is signed by it. Look: timedatectl; set it, or confirm that it is right',
    );
  });

  test('has one name for one jump, kept or not, and another for another', () => {
    const id = jumped.doubt?.id;
    for (const note of [before, jumped.note])
      expect(judgeClock(note, after(30 * hourMs, 3650 * dayMs), false).doubt?.id).toBe(id);
    expect(judgeClock(jumped.note, after(30 * hourMs, 3650 * dayMs), false).note).toBe(jumped.note);
    const other = judgeClock(jumped.note, after(2 * hourMs, -400 * dayMs), false);
    expect(other.doubt?.id).not.toBe(id);
    expect(other.note.doubted).toEqual(after(2 * hourMs, -400 * dayMs));
  });

  test('ends when the clock is right again, or a person says that it is', () => {
    const right = judgeClock(jumped.note, after(2 * hourMs, 0), false);
    expect(right).toEqual({ note: { believed: after(2 * hourMs, 0) } });
    const id = jumped.doubt?.id ?? '';
    expect(acceptClock(jumped.note, ['h0'])).toBeUndefined();
    expect(acceptClock(before, [id])).toBeUndefined();
    const accepted = acceptClock(jumped.note, ['h0', id]);
    expect(judgeClock(accepted, after(9 * hourMs, 3650 * dayMs), false).doubt).toBeUndefined();
    // And then the old time is the one that is off.
    expect(judgeClock(accepted, after(9 * hourMs, 0), false).doubt).toBeDefined();
  });
});

test('what was kept is read again; anything else is nothing', () => {
  expect(parseClockNote(JSON.parse(JSON.stringify(before)))).toEqual(before);
  for (const other of [undefined, null, 1, 'x', [], {}, { believed: { wall: '1' } }])
    expect(parseClockNote(other)).toBeUndefined();
});
