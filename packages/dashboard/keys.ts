import { go, place, serviceHref } from './live/route.ts';

/** What the keyboard does, as the help page lists it. */
export const keys: readonly (readonly [key: string, says: string])[] = [
  ['/', 'filter services'],
  ['j  k', 'next, previous service'],
  ['Enter', 'open it'],
  ['o', 'overview'],
  ['p', 'plan'],
  ['b', 'boot'],
  ['c', 'certificates'],
  ['n', 'node'],
  ['l', 'logs of this service'],
  ['Esc', 'back'],
  ['?', 'this help'],
];

/** Keys for the whole page; none while somebody types. */
export function listenToKeys(showHelp: () => void): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target as HTMLElement;
    if (document.querySelector('dialog[open]') !== null) return;
    if (at.matches('input, textarea, select')) {
      if (event.key === 'Escape') at.blur();
      return;
    }
    const act = actions[event.key];
    if (event.key === '?') showHelp();
    else if (act === undefined) return;
    else act();
    event.preventDefault();
  });
}

const actions: Readonly<Record<string, () => void>> = {
  '/': () => {
    go('/');
    requestAnimationFrame(() => document.querySelector<HTMLInputElement>('#filter')?.focus());
  },
  j: () => step(1),
  k: () => step(-1),
  o: () => go('/'),
  p: () => go('/plan'),
  b: () => go('/boot'),
  c: () => go('/certificates'),
  n: () => go('/node'),
  l: toLogs,
  Escape: () => {
    if (place.value.page !== '') go('/');
  },
};

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLAnchorElement>('.row-link')];
  const at = rows.indexOf(document.activeElement as HTMLAnchorElement);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function toLogs(): void {
  const show = (tries: number) => {
    const logs = document.querySelector<HTMLElement>('#logs');
    if (logs === null) {
      if (tries > 0) setTimeout(() => show(tries - 1), 50);
      return;
    }
    logs.scrollIntoView({ block: 'center' });
    logs.focus();
  };
  const service = (document.activeElement as HTMLElement | null)?.dataset.service;
  if (service !== undefined) go(serviceHref(service).slice(1));
  show(40);
}
