import type { Change } from '../../model/plan.ts';
import { type Line, line, type Piece, pad, piece, textWidth, wrap } from '../text.ts';
import type { Frame } from './frame.ts';
import { mainText, otherText, pullText, shortName, strategyText, symbolOf } from './words.ts';

export interface Row {
  readonly symbol: Piece;
  readonly subject: string;
  readonly text: string;
  /** What it costs, in a column of its own. */
  readonly cost: string;
}

export function subjectRows(subject: string, changes: readonly Change[], { symbols }: Frame): Row[] {
  const plainRow = (change: Change): Row => {
    const [text, cost] = otherText(change, symbols);
    return { symbol: symbolOf(change, symbols), subject, text, cost };
  };
  const main = changes.find((change) => change.kind === 'container' || change.kind === 'job');
  if (main === undefined) return changes.map(plainRow);
  const others = changes.filter((change) => change !== main);
  const joined = others.filter((change) => change.type === 'create' && change.kind !== 'image').map(shortName);
  const first = {
    symbol: symbolOf(main, symbols),
    subject,
    text: mainText(main, joined, symbols),
    cost: pullText(changes),
  };
  const how = strategyText(main);
  const second = how === undefined ? [] : [{ symbol: piece(''), subject: '', text: how[0], cost: how[1] }];
  const third =
    main.saves === undefined
      ? []
      : [
          {
            symbol: piece(''),
            subject: '',
            text: `snapshot ${main.saves.join(', ')} before, restored on rollback`,
            cost: '',
          },
        ];
  return [first, ...second, ...third, ...others.filter((change) => change.type !== 'create').map(plainRow)];
}

/** Costs stand below each other where the width allows, never further right than they must; else below their text. */
export function rowLines(rows: readonly Row[], frame: Frame): Line[][] {
  const lead = 2 + 3 + frame.name + 2;
  const costs = rows.filter((row) => row.cost !== '');
  const room = frame.options.width - lead - Math.max(0, ...costs.map((row) => textWidth(row.cost))) - 3;
  const column = Math.max(20, Math.min(room, Math.max(0, ...costs.map((row) => textWidth(row.text)))));
  const left = Math.max(24, frame.options.width - lead);
  const indent = ' '.repeat(lead);
  return rows.map((row) => {
    const head = [piece(pad(row.symbol.text, 3), row.symbol.style), piece(pad(row.subject, frame.name), 'bold')];
    const texts = textWidth(row.text) <= left ? [row.text] : wrap(row.text, left);
    const last = texts.at(-1) ?? '';
    const gap = ' '.repeat(Math.max(3, column - textWidth(last) + 3));
    const isBeside = row.cost !== '' && textWidth(last + gap + row.cost) <= left;
    return [
      ...texts.map((text, i) =>
        line(
          ...(i === 0 ? [piece('  '), ...head, '  '] : [indent]),
          text,
          piece(isBeside && i === texts.length - 1 ? gap + row.cost : '', 'dim'),
        ),
      ),
      ...(row.cost === '' || isBeside ? [] : [line(indent, piece(row.cost, 'dim'))]),
    ];
  });
}
