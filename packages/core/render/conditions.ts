import { harmless, type Line, line, piece, wrap } from './text.ts';

/** What of a condition people read. */
export interface ConditionWords {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** The next command. */
  readonly fix: string;
}

/** `! RuntimeStateLost  podman's database has lost …` and below it what to do; nothing where all is well. */
export function conditionLines(conditions: readonly ConditionWords[], width: number): Line[] {
  return conditions.flatMap(({ fix, message, type }) => {
    const head = `! ${type}  `;
    const text = wrap(harmless(message), Math.max(40, width - head.length));
    return [
      ...text.map((part, i) => line(piece(i === 0 ? head : ' '.repeat(head.length), 'bad'), part)),
      line(' '.repeat(head.length), piece('next: ', 'dim'), harmless(fix)),
    ];
  });
}
