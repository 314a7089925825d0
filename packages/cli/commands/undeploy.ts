import { line, piece } from '@reconcile/core/render';
import { serviceOf } from '../edit/name.ts';
import { type EditOptions, runEdit } from '../edit/run-edit.ts';
import { definitionOf } from '../edit/tip.ts';
import { pathInCheckout } from '../edit/write.ts';
import type { CliContext } from '../frame/context.ts';

/** `undeploy S`: its definition goes, and with it its containers, routes and ports. Volumes and host directories stay. */
export async function runUndeploy(cx: CliContext, name: string, options: EditOptions): Promise<number> {
  const service = serviceOf(name, 'undeploy');
  return runEdit(cx, service, {
    options,
    verdict: 'removed, its data kept,',
    make: async ({ tip }) => {
      const { path } = definitionOf(tip, service);
      const edit = {
        path,
        text: undefined,
        message: `${service}: undeploy`,
        // The guard counts removals; this one is meant.
        trailers: [`Reconcile-Allow: remove ${service}`],
      };
      const folder = `services/${service}/`;
      const stays = [...tip.files.keys()].filter((file) => file.startsWith(folder)).length;
      if (stays === 0) return { edit };
      const words = `${pathInCheckout(tip.place, folder)} stays (${stays} files that it mounted)`;
      return { edit, because: [line(piece('note: ', 'warn'), words)] };
    },
  });
}
