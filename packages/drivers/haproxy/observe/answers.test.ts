import { isFleetError } from '@reconcile/core';
import type { AskOptions, ReadHost } from '@reconcile/host';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askShow } from './ask.ts';

/** A HAProxy that gives this text in parts cut at these places. */
function saying(text: string, cuts: readonly number[]): ReadHost {
  const places = [0, ...[...cuts].map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  const ask = async (_path: string, _question: string, { seen }: AskOptions) => {
    for (let at = 1; at < places.length; at++) seen?.(text.slice(places[at - 1], places[at]));
    return '';
  };
  return { net: { ask } } as unknown as ReadHost;
}

const settings = { statsSocket: '/run/stats.sock' };
const line = fc.constantFrom('Name: HAProxy', '1', '# be_id', '> odd', 'x > y', '0x1 a b0001');
const answer = fc.array(line, { maxLength: 4 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });

test('answers are the same wherever the text is cut, on one line and on several', () => {
  return fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 40 }), cuts, async (answers, places) => {
      // A line of the interactive mode takes some of them: as long names as it takes to make several lines.
      const name = 'm'.repeat(800);
      const commands = answers.map((_, at) => `show map ${name}${at}`);
      const perLine = linesTaken(commands);
      const text = perLine
        .map((count, at) => {
          const first = perLine.slice(0, at).reduce((sum, one) => sum + one, 0);
          const said = answers
            .slice(first, first + count)
            .map((lines) => lines.map((one) => `${one}\n`).join('') + '\n');
          return (perLine.length > 1 ? (at === 0 ? '\n> ' : '> ') : '') + said.join('');
        })
        .join('');
      // What begins like a prompt cannot be told from one.
      fc.pre(!answers.some(([one]) => one?.startsWith('> ')));
      expect(await askShow(saying(text, places), settings, commands)).toEqual(answers);
    }),
  );
});

/** How many commands go on each line of at most 8000 characters. */
function linesTaken(commands: readonly string[]): number[] {
  const found: number[] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const command of commands) {
    if (length + command.length > 8000) {
      found.push(0);
      length = 0;
    }
    length += command.length + 1;
    found.push((found.pop() ?? 0) + 1);
  }
  return found;
}

test('an answer that was cut off is told with its question', async () => {
  const error = await askShow(saying('a\n\nb\n', []), settings, ['show info', 'show map x']).catch(
    (one: unknown) => one,
  );
  expect(isFleetError(error) && [error.code, error.message]).toEqual([
    'HAPROXY_GARBLED',
    expect.stringContaining('show map x'),
  ]);
});

test('of a certificate the name and the fingerprint are kept', async () => {
  const text =
    "Filename: a.pem\nStatus: Used\nSHA1 FingerPrint: AB\nSubject: x\n\nCan't display it\n\nFilename: b.pem\nStatus: Empty\n\n";
  const asked = ['show ssl cert a.pem', 'show ssl cert c.pem', 'show ssl cert b.pem'];
  expect(await askShow(saying(text, [3, 40]), settings, asked)).toEqual([
    ['Filename: a.pem', 'SHA1 FingerPrint: AB'],
    ["Can't display it"],
    ['Filename: b.pem'],
  ]);
});
