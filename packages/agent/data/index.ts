export { listBeside, listSnapshots, type Manifest, snapshotsKept } from '@reconcile/drivers/podman/snapshot';
export { carryOutData, type DataContext, snapshotDir } from './carry-out.ts';
export type { DataOrder, DataResult } from './model.ts';
export { dataOf } from './of-service.ts';
