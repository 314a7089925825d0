import type { Examined } from '../examined.ts';
import type { Finding } from '../finding.ts';
import { account } from './account.ts';
import { clock } from './clock.ts';
import { data } from './data.ts';
import { drills } from './drills.ts';
import { expiry } from './expiry.ts';
import { mapping } from './mapping.ts';
import { modes } from './modes.ts';
import { ports } from './ports.ts';
import { resolver } from './resolver.ts';
import { session } from './session.ts';
import { source } from './source.ts';
import { space } from './space.ts';
import { storage } from './storage.ts';
import { subids } from './subids.ts';
import { survival } from './survival.ts';

export type Family = (of: Examined) => Promise<Finding[]>;

/** In the order people read them: who, what it runs on, how it is reached, what it has, whether it comes back. */
export const families: Readonly<Record<string, Family>> = {
  account,
  'subordinate ids': subids,
  'user namespaces': mapping,
  session,
  podman: storage,
  names: resolver,
  'ports and addresses': ports,
  data,
  space,
  clock,
  rights: modes,
  'what ends': expiry,
  source,
  drills,
  'after a reboot': survival,
};
