import { describeDriver } from './driver-suite.ts';
import { fakeGround } from './fake-ground.ts';

describeDriver('podman in memory', fakeGround);
