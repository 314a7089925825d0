import { Cell } from './store.ts';

/** Where in the dashboard one is: `#/s/mcr/web` → page `s`, rest `mcr/web`. */
export interface Place {
  readonly page: string;
  readonly rest: string;
}

function read(): Place {
  const [, page = '', rest = ''] = /^#\/([a-z]*)\/?(.*)$/.exec(location.hash) ?? [];
  return { page, rest: decodeURIComponent(rest) };
}

export const place = new Cell<Place>(read());

addEventListener('hashchange', () => {
  const before = place.value;
  const next = read();
  if (before.page === next.page && before.rest === next.rest) return;
  place.set(next);
  scrollTo(0, 0);
});

export function go(path: string): void {
  location.hash = path;
}

export const serviceHref = (name: string) => `#/s/${encodeURIComponent(name)}`;
