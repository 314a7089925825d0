import { expect, test } from 'vitest';
import type { AgentEvent } from '../service/contract.ts';
import { News } from './news.ts';

const tell = (news: News, times: number) => {
  for (let i = 0; i < times; i++) news.tell({ kind: 'state', phase: 'idle' });
};

async function take(from: AsyncIterator<AgentEvent>, count: number): Promise<AgentEvent[]> {
  const found: AgentEvent[] = [];
  while (found.length < count) {
    const { done, value } = await from.next();
    if (done === true) break;
    found.push(value);
  }
  return found;
}

test('a reader gets what comes, in order, and takes up where it left off', async () => {
  const news = new News('a', () => 1);
  tell(news, 3);
  const end = new AbortController();
  const reader = news.watch(end.signal, 1);
  expect((await take(reader, 2)).map(({ seq }) => seq)).toEqual([2, 3]);
  const next = reader.next();
  tell(news, 1);
  expect((await next).value).toMatchObject({ seq: 4, run: 'a', kind: 'state' });
  end.abort();
  expect((await reader.next()).done).toBe(true);
  expect(news.isWatched).toBe(false);
});

test('a slow reader is told how much it lost and goes on with what comes', async () => {
  const news = new News('a', () => 1);
  const end = new AbortController();
  const reader = news.watch(end.signal);
  const first = reader.next();
  tell(news, 1);
  expect((await first).value).toMatchObject({ seq: 1 });
  tell(news, 501 + 4);
  const [lost, ...others] = await take(reader, 5);
  expect(lost).toMatchObject({ kind: 'lost', count: 501 });
  expect(others.map(({ seq }) => seq)).toEqual([503, 504, 505, 506]);
  end.abort();
});

test('a reader that was away for too long is told so', async () => {
  const news = new News('a', () => 1);
  tell(news, 2500);
  const end = new AbortController();
  const [lost, next] = await take(news.watch(end.signal, 100), 2);
  expect(lost).toMatchObject({ kind: 'lost', count: 400 });
  expect(next).toMatchObject({ seq: 501 });
  end.abort();
});
