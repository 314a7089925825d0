export { type CertificateRow, type Leaf, listCertificates } from './certificates.ts';
export { type Reached, reachService } from './reach.ts';
export { trustedRoots } from './roots.ts';
export { listRoutes, type RouteRow } from './routes.ts';
