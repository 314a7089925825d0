import { expect, test } from 'vitest';
import { Telling } from './telling.ts';

test('who puts faster than it is read waits; nothing is lost, the order stays', async () => {
  const telling = new Telling<number>();
  let put = 0;
  const putting = (async () => {
    for (; put < 5000; put++) await telling.put(put);
    telling.end();
  })();
  await new Promise(setImmediate);
  const ahead = put;
  expect(ahead).toBeLessThan(300);
  const read: number[] = [];
  for await (const one of telling) {
    read.push(one);
    expect(put - one).toBeLessThan(300);
  }
  await putting;
  expect(read).toEqual(Array.from({ length: 5000 }, (_, i) => i));
});

test('a reader that goes away keeps nobody waiting', async () => {
  const telling = new Telling<number>();
  const putting = (async () => {
    for (let i = 0; i < 5000; i++) await telling.put(i);
  })();
  for await (const one of telling) if (one === 10) break;
  await putting;
});
