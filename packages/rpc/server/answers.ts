import type { DuplexMethod, StreamMethod, UnaryMethod } from '../wire/methods.ts';

/** One call as its answerer sees it: fires when the caller goes away or its time is over. */
export interface Answering {
  readonly signal: AbortSignal;
}

/** Questions and answers are plain JSON. What is thrown goes to the caller as an error. */
export interface Answers {
  readonly unary: Readonly<Record<UnaryMethod, (question: unknown, of: Answering) => Promise<unknown>>>;
  readonly stream: Readonly<Record<StreamMethod, (question: unknown, of: Answering) => AsyncIterable<unknown>>>;
  /** `questions` goes on: the first is the order, later ones are answers to what was asked back. */
  readonly duplex: Readonly<
    Record<DuplexMethod, (questions: AsyncIterator<unknown>, of: Answering) => AsyncIterable<unknown>>
  >;
}
