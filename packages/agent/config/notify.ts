import { checkTable, type Place } from '@reconcile/spec/toml';
import { mistakeOf } from '../notify/template.ts';
import type { NotifyConfig } from './model.ts';
import { notifySchema } from './schema.ts';

/** `[notify]`; `{}` where there is none. */
export function readNotify(raw: unknown, place: Place): { readonly notify?: NotifyConfig } {
  const found = raw === undefined ? undefined : checkTable(notifySchema, raw, { ...place, path: ['notify'] });
  if (found === undefined) return {};
  const { heartbeat_url: heartbeatUrl, template, webhook } = found;
  const mistake = template === undefined ? undefined : mistakeOf(template);
  if (mistake !== undefined) place.report.error('WrongValue', ['notify', 'template'], mistake);
  return {
    notify: {
      ...(webhook === undefined ? {} : { webhook }),
      ...(template === undefined ? {} : { template }),
      ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
    },
  };
}
