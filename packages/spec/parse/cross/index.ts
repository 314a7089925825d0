import { checkNames } from './names.ts';
import { checkNodes } from './nodes.ts';
import { checkOrder } from './order.ts';
import { checkPorts } from './ports.ts';
import { checkRoutes } from './routes.ts';
import type { Parsed } from './snapshot.ts';

export type { Parsed } from './snapshot.ts';

/** Everything that no file can know by itself. */
export function checkAcross(parsed: Parsed): void {
  checkNames(parsed);
  checkPorts(parsed);
  checkRoutes(parsed);
  checkOrder(parsed);
  checkNodes(parsed);
}
