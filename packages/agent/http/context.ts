import type { Instant } from '@reconcile/core';
import type { Registry } from '@reconcile/registry';
import type { Failures, LoginCodes } from '../access/index.ts';
import type { JwtIssuers } from '../access/jwt.ts';
import type { NodeConfig } from '../config/model.ts';
import type { AgentService } from '../service/index.ts';

/** A hint from outside that the source may have moved. */
export interface SourceHook {
  /** What the sender signs with, as it is now; undefined: none is taken. Never throws. */
  secret(): Promise<string | undefined>;
  hint(): void;
}

/** What the HTTP API is made of; the daemon hands it over. */
export interface HttpOptions {
  readonly service: AgentService;
  readonly config: Pick<NodeConfig, 'node' | 'stateDir' | 'api' | 'issuers'>;
  /** Opened by the writer: sessions, tokens and the audit are written here. */
  readonly registry: Registry;
  /** Directory of the built dashboard; absent: there is none, the API alone is served. */
  readonly pages?: string;
  readonly version: string;
  readonly now: () => Instant;
  readonly newId: () => string;
  /** Who runs the agent: the peer of the unix socket, which lies in a directory of mode 0700. */
  readonly uid: number;
  /** Absent: no webhook is taken. */
  readonly hook?: SourceHook;
  /** Something went wrong that no client can be told. */
  readonly onError: (error: unknown) => void;
}

/** What every part of one server shares. */
export interface Room extends HttpOptions {
  readonly codes: LoginCodes;
  readonly failures: Failures;
  readonly jwt: JwtIssuers | undefined;
}
