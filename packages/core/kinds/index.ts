import type { KindDefinition } from '../model/contract.ts';
import { certificate } from './certificate/index.ts';
import { container } from './container/index.ts';
import { file } from './file/index.ts';
import { image } from './image/index.ts';
import { job } from './job/index.ts';
import { listener } from './listener/index.ts';
import { network } from './network/index.ts';
import { portLease } from './port-lease/index.ts';
import { record } from './record/index.ts';
import { route } from './route/index.ts';
import { secret } from './secret/index.ts';
import { volume } from './volume/index.ts';

/** All kinds, in no meaningful order. The planner gets them as an argument: it imports none. */
export const kinds = [
  image,
  network,
  volume,
  secret,
  portLease,
  file,
  container,
  job,
  listener,
  certificate,
  route,
  record,
] as unknown as readonly KindDefinition[];
