/** Plain JSON data: everything in Desired, Observed, Plan and events is made of it, so that it can be stored, sent and compared. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Milliseconds since the Unix epoch. */
export type Instant = number;
