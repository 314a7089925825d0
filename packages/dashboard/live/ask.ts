import { useEffect, useState } from 'preact/hooks';
import { get } from './client.ts';
import { looks } from './live.ts';
import { useCell } from './store.ts';

export interface Asked<T> {
  readonly value: T | undefined;
  readonly problem: Error | undefined;
}

/** A document of one page: asked for when the page opens, and again with every look. The old one stays until the new one is there. */
export function useAnswer<T>(path: string): Asked<T> {
  const turn = useCell(looks);
  const [asked, set] = useState<Asked<T> & { readonly path: string }>({ path, value: undefined, problem: undefined });
  useEffect(() => {
    let isCurrent = true;
    get<T>(path).then(
      (value) => isCurrent && set({ path, value, problem: undefined }),
      (problem: Error) => isCurrent && set((before) => ({ ...before, path, problem })),
    );
    return () => {
      isCurrent = false;
    };
  }, [path, turn]);
  return asked.path === path ? asked : { value: undefined, problem: undefined };
}
