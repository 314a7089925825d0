/** A program that is to run inside a container of a service. */
export interface ExecOrder {
  /** A service with one running container, else a component. */
  readonly name: string;
  readonly argv: readonly string[];
  /** With a terminal, of that size and kind; absent: three pipes. */
  readonly terminal?: { readonly columns: number; readonly rows: number; readonly term: string };
}

/** What comes from whoever sits there; `data` is base64. */
export type ExecInput =
  | { readonly kind: 'bytes'; readonly data: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'size'; readonly columns: number; readonly rows: number };

/** What the program says; `exit` is the last. `data` is base64. */
export type ExecOutput =
  | { readonly kind: 'stdout' | 'stderr'; readonly data: string }
  | { readonly kind: 'exit'; readonly code: number };
