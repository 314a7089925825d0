export { type Explained, explained } from './explain.ts';
export { certificatesDocument, recordsDocument, routesDocument } from './ingress.ts';
export { nodeDocument, servicesDocument, standingOf } from './node.ts';
export { planDocument } from './plan/plan.ts';
export { serviceDocument } from './service.ts';
export type { Sight } from './sight.ts';
