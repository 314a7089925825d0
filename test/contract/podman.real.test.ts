import { describeDriver, realGround } from '@reconcile/testkit/contract';
import { noRealPodman } from '@reconcile/testkit/podman';
import { describe, test } from 'vitest';

const reason = noRealPodman();

if (reason === undefined) {
  describeDriver('podman by its command line', () => realGround('cli'));
  describeDriver('podman by its API', () => realGround('auto'));
} else {
  describe.skip(reason, () => test('podman', () => {}));
}
