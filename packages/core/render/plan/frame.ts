import type { RenderOptions } from './options.ts';

export interface Symbols {
  readonly create: string;
  readonly replace: string;
  readonly update: string;
  readonly repair: string;
  readonly remove: string;
  readonly hold: string;
  readonly wait: string;
  readonly arrow: string;
  readonly dot: string;
  readonly times: string;
}

const unicode: Symbols = {
  create: '+',
  replace: '±',
  update: '~',
  repair: '↻',
  remove: '-',
  hold: '!',
  wait: '…',
  arrow: '→',
  dot: '·',
  times: '×',
};
const plain: Symbols = {
  create: '+',
  replace: '+/-',
  update: '~',
  repair: 'r',
  remove: '-',
  hold: '!',
  wait: '.',
  arrow: '->',
  dot: '|',
  times: 'x',
};

/** Signs for a terminal that shows them, or ASCII. */
export function symbolsFor(options: RenderOptions): Symbols {
  return options.ascii ? plain : unicode;
}

/** What all rows of one plan share. */
export interface Frame {
  readonly symbols: Symbols;
  readonly name: number;
  readonly options: RenderOptions;
}
