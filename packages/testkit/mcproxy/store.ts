import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Message } from '@reconcile/drivers/mcproxy/wire';

export type StoredRoute = Message<'Route'>;

/**
 * What the original keeps in its database: routes by listener. Its configuration names listeners and seeds routes once, when
 * there is no database yet; afterwards only the database counts.
 */
export class RouteStore {
  readonly #file: string;
  readonly #routes: Map<string, Map<string, StoredRoute>>;

  private constructor(file: string, routes: Map<string, Map<string, StoredRoute>>) {
    this.#file = file;
    this.#routes = routes;
  }

  static async open(
    file: string,
    config: { readonly listeners: readonly string[]; readonly seed: Readonly<Record<string, readonly StoredRoute[]>> },
  ): Promise<RouteStore> {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const kept = (text === undefined ? config.seed : JSON.parse(text)) as Record<string, StoredRoute[]>;
    const routes = new Map(
      config.listeners.map((addr) => [addr, new Map((kept[addr] ?? []).map((route) => [route.hostname, route]))]),
    );
    const store = new RouteStore(file, routes);
    await store.#save();
    return store;
  }

  get listeners(): readonly string[] {
    return [...this.#routes.keys()];
  }

  /** undefined: no such listener. */
  list(addr: string): readonly StoredRoute[] | undefined {
    const routes = this.#routes.get(addr);
    return routes === undefined ? undefined : [...routes.values()];
  }

  async put(addr: string, route: StoredRoute): Promise<boolean> {
    const routes = this.#routes.get(addr);
    if (routes === undefined) return false;
    routes.set(route.hostname, route);
    await this.#save();
    return true;
  }

  async remove(addr: string, hostname: string): Promise<boolean> {
    const gone = this.#routes.get(addr)?.delete(hostname) === true;
    if (gone) await this.#save();
    return gone;
  }

  async #save(): Promise<void> {
    const text = JSON.stringify(Object.fromEntries([...this.#routes].map(([addr, all]) => [addr, [...all.values()]])));
    await writeFile(`${this.#file}.new`, text);
    await rename(`${this.#file}.new`, this.#file);
  }
}
