import { listCertificates } from '../ingress/certificates.ts';
import { listRoutes } from '../ingress/routes.ts';
import { listNames } from '../names/list.ts';
import type { CertificatesDocument, RecordsDocument, RoutesDocument } from '../service/documents.ts';
import type { Sight } from './sight.ts';

const sceneOf = ({ host, seen }: Sight) => ({
  desired: seen.input.desired,
  host,
  observed: seen.observed,
  plan: seen.plan,
});

/** `route list -o json`. */
export async function routesDocument(sight: Sight): Promise<RoutesDocument> {
  return { version: 1, routes: await listRoutes(sceneOf(sight)) };
}

/** `cert list -o json`. */
export async function certificatesDocument(sight: Sight): Promise<CertificatesDocument> {
  return { version: 1, certificates: await listCertificates(sceneOf(sight)) };
}

/** `dns list -o json`. `foreign`: also what is none of ours and in nobody's way. */
export async function recordsDocument(
  sight: Sight,
  options: { readonly foreign?: boolean; readonly server?: string } = {},
): Promise<RecordsDocument> {
  const asked = options.server === undefined ? {} : { server: options.server };
  const all = await listNames({ config: sight.config, ...sceneOf(sight), ...asked });
  const names = all.filter(
    ({ declared, owner }) => options.foreign === true || owner !== 'foreign' || declared.length > 0,
  );
  return { version: 1, names };
}
