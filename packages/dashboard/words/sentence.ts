import type { Grade, NodeStanding, Standing } from '@reconcile/core/render';
import { count, severity } from '@reconcile/core/render';
import type { AgentState } from '../model/documents.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

export interface Sentence {
  readonly text: string;
  readonly tone: Tone;
}

const phrases: Readonly<Record<Exclude<Grade, 'well' | 'elsewhere'>, readonly [one: string, many: string]>> = {
  failing: ['is failing', 'are failing'],
  held: ['is held back', 'are held back'],
  'rolled back': ['was rolled back', 'were rolled back'],
  refused: ['is refused', 'are refused'],
  waiting: ['waits', 'wait'],
  leaving: ['is leaving', 'are leaving'],
  changing: ['is changing', 'are changing'],
};
/** Most names that a sentence lists before it counts. */
const mostNames = 3;

/** The node in one sentence: what a person reads first, and often all that they read. */
export function sentenceOf(node: Pick<NodeStanding, 'rows'>, state: AgentState | undefined): Sentence {
  const services = worstByService(node.rows);
  if (services.size === 0) return { text: 'Nothing is declared for this node yet.', tone: 'quiet' };
  const said = severity.flatMap((grade) => {
    if (grade === 'well' || grade === 'elsewhere') return [];
    const names = [...services].flatMap(([service, worst]) => (worst === grade ? [service] : []));
    return names.length === 0
      ? []
      : [{ grade, text: `${listed(names)} ${phrases[grade][names.length === 1 ? 0 : 1]}` }];
  });
  if (said.length === 0) {
    const here = [...services.values()].filter((grade) => grade === 'well').length;
    if (here === 1) return { text: 'The one service here is well.', tone: 'good' };
    return { text: `All ${here} services are well.`, tone: 'good' };
  }
  if (state?.phase === 'booting') {
    const well = [...services.values()].filter((grade) => grade === 'well').length;
    return { text: `Starting: ${well} of ${count(services.size, 'service')} well.`, tone: 'warn' };
  }
  const [worst] = said;
  const tone = worst?.grade === 'failing' ? 'bad' : worst?.grade === 'changing' ? 'quiet' : 'warn';
  return { text: `${said.map(({ text }) => text).join(', ')}.`, tone };
}

/** Every service with the grade of its worst component. */
export function worstByService(rows: readonly Standing[]): Map<string, Grade> {
  const worst = new Map<string, Grade>();
  for (const { grade, service } of rows) {
    const known = worst.get(service);
    if (known === undefined || severity.indexOf(grade) < severity.indexOf(known)) worst.set(service, grade);
  }
  return worst;
}

function listed(names: readonly string[]): string {
  if (names.length > mostNames) return count(names.length, 'service');
  return names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function gradeTone(grade: Grade): Tone {
  switch (grade) {
    case 'well':
      return 'good';
    case 'failing':
      return 'bad';
    case 'rolled back':
    case 'waiting':
    case 'held':
    case 'refused':
      return 'warn';
    case 'changing':
    case 'leaving':
    case 'elsewhere':
      return 'quiet';
  }
}

/** A row's state in one word or two: what the dot's colour says, said. */
export function stateWord({ grade, state }: Pick<Standing, 'grade' | 'state'>): string {
  if (grade === 'well' || grade === 'elsewhere' || grade === 'failing') return state;
  return grade === 'rolled back' ? 'rolled back' : grade;
}
