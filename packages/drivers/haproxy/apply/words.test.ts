import { expect, test } from 'vitest';
import { parseWorkers } from './commands.ts';
import { startMessage } from './explain.ts';

test('workers as the master lists them', () => {
  const text = `#<PID>          <type>          <reloads>       <uptime>        <version>
2832            master          3 [failed: 1]   0d00h00m01s     2.6.12-1+deb12u4
# workers
2854            worker          0               0d00h00m00s     2.6.12-1+deb12u4
# old workers
2834            worker          1               0d00h00m01s     2.6.12-1+deb12u4
# programs

`;
  expect(parseWorkers(text)).toEqual({ master: 2832, reloads: 3, failedReloads: 1, current: [2854] });
  expect(() => parseWorkers('')).toThrow(expect.objectContaining({ code: 'HAPROXY_GARBLED' }));
});

test("HAProxy's alerts without its banner", () => {
  const stderr = `[NOTICE]   (20916) : haproxy version is 2.6.12-1+deb12u4
[ALERT]    (20916) : Binding [/etc/h.cfg:20] for frontend l80: cannot bind socket (Address already in use) for [127.0.0.1:80]
[ALERT]    (20916) : [haproxy.main()] Some protocols failed to start their listeners! Exiting.
`;
  expect(startMessage(stderr)).toMatchInlineSnapshot(
    `"Binding [/etc/h.cfg:20] for frontend l80: cannot bind socket (Address already in use) for [127.0.0.1:80]; [haproxy.main()] Some protocols failed to start their listeners! Exiting."`,
  );
});
