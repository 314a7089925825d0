import type { Change } from '../../model/plan.ts';
import { fieldText, shortRef } from '../fields.ts';
import { type Piece, piece } from '../text.ts';
import { bytes, duration } from '../units.ts';
import type { Symbols } from './frame.ts';

export function symbolOf(change: Change, symbols: Symbols): Piece {
  switch (change.type) {
    case 'create':
    case 'run':
    case 'adopt':
      return piece(symbols.create, 'add');
    case 'replace':
    case 'rebuild':
      return piece(symbols.replace, 'change');
    case 'update':
    case 'restart':
      return piece(symbols.update, 'change');
    case 'repair':
      return piece(symbols.repair, 'warn');
    case 'remove':
    case 'stop':
      return piece(symbols.remove, 'remove');
  }
}

export function mainText(change: Change, joined: readonly string[], symbols: Symbols): string {
  const fields = change.fields.map((field) => fieldText(field, symbols.arrow)).join('   ');
  const { reason } = change;
  switch (change.type) {
    case 'create':
      return ['container', ...joined].join(', ');
    case 'run':
      return `job${reason.text === undefined ? '' : ` (${reason.text})`}`;
    case 'adopt':
      return 'adopt';
    case 'replace':
      return [fields === '' ? 'a new version' : fields, ...joined].join('   ');
    case 'rebuild':
      return `drift: ${reason.text ?? 'changed by hand'}, make anew${fields === '' ? '' : `   ${fields}`}`;
    case 'update':
    case 'restart':
      return `${change.type === 'restart' ? 'restart: ' : ''}${fields === '' ? (reason.text ?? reason.code) : fields}`;
    case 'repair':
      return `drift: ${reason.text ?? reasonWord(reason.code)}, ${reason.code === 'NotReady' ? 'wait until it is ready' : 'start'}`;
    case 'remove':
      return `remove container${change.keeps === undefined || change.keeps.length === 0 ? '' : `   keeps ${change.keeps.join(', ')}`}`;
    case 'stop':
      return 'stop (active = false), kept';
  }
}

function reasonWord(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

export function pullText(changes: readonly Change[]): string {
  if (changes.some((change) => change.isBuilt === true)) return 'image to build';
  const pulls = changes.filter((change) => change.kind === 'image' && change.pullBytes !== undefined);
  if (pulls.length === 0) return '';
  const known = pulls.flatMap((change) => (typeof change.pullBytes === 'number' ? [change.pullBytes] : []));
  if (known.length < pulls.length) return 'image to fetch, size unknown';
  return `${bytes(known.reduce((sum, n) => sum + n, 0))} to pull`;
}

export function strategyText(change: Change): [string, string] | undefined {
  if (change.strategy === undefined) return undefined;
  const { mode, why } = change.strategy;
  if (mode === 'start-first') return ['start-first: new one beside the old, gate, switch, drain', 'no downtime'];
  const about = `about ${duration(change.downtimeMs ?? 0)}`;
  return [`stop-first: ${why}`, change.parked === true ? `requests wait ${about}, none fail` : `away ${about}`];
}

export function shortName(change: Change): string {
  const [, ...rest] = change.key.split('/');
  const name = rest.join('/');
  if (change.kind === 'image') return `image ${shortRef(name)}`;
  if (change.kind === 'file') return `file ${rest.slice(1).join('/')}`;
  return `${change.kind} ${change.kind === 'route' ? routeName(name) : name}`;
}

function routeName(name: string): string {
  const cut = name.indexOf('/');
  return `${name.slice(cut + 1)}:${name.slice(0, cut)}`;
}

export function otherText(change: Change, symbols: Symbols): [string, string] {
  const fields = change.fields.map((field) => fieldText(field, symbols.arrow)).join('   ');
  const what = shortName(change);
  if (change.type === 'remove') return [`remove ${what}`, ''];
  if (fields !== '') return [`${what}  ${fields}`, ''];
  return [
    `${what}${change.type === 'update' ? `  ${change.reason.text ?? ''}` : ''}`.trimEnd(),
    change.kind === 'image' ? pullText([change]) : '',
  ];
}
