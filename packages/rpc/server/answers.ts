import type { DuplexMethod, StreamMethod, UnaryMethod } from '../wire/methods.ts';

/** Whom a call came from, as far as its way tells. */
export interface From {
  /** `unix`: whoever can open the socket. `tls`: whoever shows a certificate that we were told to believe. */
  readonly way: 'unix' | 'tls';
  /** The other end's address; '' over a unix socket. */
  readonly address: string;
  /** Names that the other end's certificate vouches for. */
  readonly names: readonly string[];
  /** `authorization` of the call's metadata. */
  readonly authorization: string | undefined;
}

/** One call as its answerer sees it: `signal` fires when the caller goes away or its time is over. */
export interface Answering {
  readonly signal: AbortSignal;
  readonly from: From;
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
