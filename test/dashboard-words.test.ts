import {
  emptyMoment,
  failingMoment,
  manyMoment,
  mixedMoment,
  type Recording,
  wellMoment,
} from '@reconcile/testkit/served';
import { describe, expect, test } from 'vitest';
import type * as page from '../packages/dashboard/model/documents.ts';
import { cardsOf } from '../packages/dashboard/words/cards.ts';
import { momentsOf, toldOnce } from '../packages/dashboard/words/moments.ts';
import { sentenceOf, stateWord, worstByService } from '../packages/dashboard/words/sentence.ts';

// The dashboard's words over documents of a real agent. That those fit its own types is what the compiler checks here: the
// dashboard imports nothing of the agent.

interface Facts {
  readonly node: page.NodeDocument;
  readonly state: page.AgentState;
  readonly plan: page.PlanDocument;
  readonly certificates: readonly page.CertificateRow[];
  readonly history: readonly page.HistoryEntry[];
  readonly health: readonly page.SlotHealth[];
  readonly services: Readonly<Record<string, page.ServiceDocument>>;
  readonly explain: Readonly<Record<string, page.ExplainDocument>>;
}

const now = 1_800_000_000_000;

function factsOf(of: Recording): Facts {
  const { certificates, explain, health, history, node, plan, service, state } = of;
  return { node, state, plan, certificates: certificates.certificates, history, health, services: service, explain };
}

const cards = (facts: Facts) => cardsOf({ ...facts, now });
const booting = (facts: Facts): page.AgentState => ({ ...facts.state, phase: 'booting' });

describe('one sentence', () => {
  test.each([
    ['well', wellMoment, 'All 12 services are well.', 'good'],
    [
      'mixed',
      mixedMoment,
      'photos is failing, 4 services are held back, notes was rolled back, etc is refused.',
      'bad',
    ],
    ['empty', emptyMoment, 'Nothing is declared for this node yet.', 'quiet'],
    ['failing', failingMoment, '14 services are failing.', 'bad'],
    ['five hundred', (at: number) => manyMoment(at, 500), '6 services are failing.', 'bad'],
  ] as const)('%s', (...[, moment, text, tone]) => {
    const { node, state } = factsOf(moment(now));
    expect(sentenceOf(node, state)).toEqual({ text, tone });
  });

  test('while it starts, how far it is', () => {
    const facts = factsOf(mixedMoment(now));
    expect(sentenceOf(facts.node, booting(facts)).text).toBe('Starting: 7 of 14 services well.');
  });

  test('one service, and two that share a fate', () => {
    const { node } = factsOf(wellMoment(now));
    const [first, second] = node.rows.filter(({ service }) => service !== 'mcr' && service !== 'notes');
    if (first === undefined || second === undefined) throw new Error('nothing was recorded');
    expect(sentenceOf({ rows: [first] }, undefined).text).toBe('The one service here is well.');
    const both = [first, second].map((row) => ({ ...row, grade: 'rolled back' as const }));
    expect(sentenceOf({ rows: both }, undefined).text).toBe(`${first.service} and ${second.service} were rolled back.`);
  });
});

test('a service is as well as its worst component', () => {
  expect(worstByService(mixedMoment(now).node.rows).get('notes')).toBe('rolled back');
});

test('what the dot says is said in words', () => {
  expect(stateWord({ grade: 'rolled back', state: 'running' })).toBe('rolled back');
  expect(stateWord({ grade: 'failing', state: 'backoff' })).toBe('backoff');
  expect(stateWord({ grade: 'well', state: 'running' })).toBe('running');
});

describe('cards are only for what needs a person', () => {
  test('none when all is well, none on an empty node', () => {
    expect(cards(factsOf(wellMoment(now)))).toEqual([]);
    expect(cards(factsOf(emptyMoment(now)))).toEqual([]);
  });

  test('the most urgent first; a known-bad version has no card beside its service', () => {
    expect(cards(factsOf(mixedMoment(now))).map(({ kind }) => kind)).toEqual([
      'failing',
      'held',
      'rolled back',
      'refused',
    ]);
  });

  test('a source that is not reached, and what the agent goes without', () => {
    const kinds = cards(factsOf(failingMoment(now))).map(({ kind }) => kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(['source', 'problem']);
  });

  test('a certificate from 14 days before its end', () => {
    const facts = factsOf(wellMoment(now));
    const until = (days: number) =>
      facts.certificates
        .slice(0, 1)
        .map((row) => ({ ...row, configured: { names: [], notAfter: now + days * 86_400_000 } }));
    expect(cards({ ...facts, certificates: until(15) })).toEqual([]);
    expect(cards({ ...facts, certificates: until(13) })).toMatchObject([{ kind: 'certificate' }]);
  });
});

describe('history as people tell it', () => {
  test('without the steps in between; the same again and again is one entry', () => {
    const told = toldOnce(momentsOf(mixedMoment(now).history)).map(
      ({ kind, slot, text, times }) => `${kind} ${slot} ${text} ×${times}`,
    );
    expect(told.slice(0, 4)).toEqual([
      'job notes/dump ran 1.5.0: exit 0 ×1',
      expect.stringMatching(/^bad photos\/web not ready: photos-[0-9a-f]{8} ended with 3 before it was ready.* ×4$/),
      'bad notes/web rolled back: notes/web was not ready within 3 s: http /healthz 404 ×1',
      'change photos/web created 1.132.3 ×1',
    ]);
  });

  test('a start after a death is a repair', () => {
    const [entry] = mixedMoment(now).history;
    if (entry === undefined) throw new Error('nothing was recorded');
    const death = { ...entry, what: 'started' as const, why: 'Exited 137', from: '', to: '' };
    expect(momentsOf([death])).toMatchObject([{ kind: 'repair', text: 'repaired: Exited 137' }]);
    // Also of what was made a moment ago.
    const both = momentsOf([death, { ...entry, what: 'created', at: death.at - 5000 }]);
    expect(both.map(({ kind }) => kind)).toEqual(['repair', 'change']);
  });
});
