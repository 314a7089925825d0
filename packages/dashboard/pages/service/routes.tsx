import type { ServiceStatus } from '@reconcile/core/render';
import { Table } from '../../parts/table.tsx';

/** Where it answers. */
export function Routes({ status }: { readonly status: ServiceStatus }) {
  if (status.routes.length === 0) return null;
  return (
    <section aria-labelledby="routes">
      <h2 id="routes">Routes</h2>
      <Table label="routes" columns={['route', 'state', 'to', 'certificate', 'DNS']}>
        {status.routes.map(({ certificate, isWell, key, record, state: said, to, url }) => (
          <tr key={key}>
            <th scope="row">
              {/^https?:/.test(url) ? (
                <a href={url} rel="noreferrer" target="_blank">
                  {url}
                </a>
              ) : (
                url
              )}
            </th>
            <td class={isWell ? '' : 'tone-warn'}>{said}</td>
            <td>{to.join(', ')}</td>
            <td>{certificate}</td>
            <td>{record}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
