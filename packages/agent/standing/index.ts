export { type CertificateAlarm, certificateAlarms } from './certificates.ts';
export { narrowStanding, nodeStanding, type Origin } from './node.ts';
export { originOf } from './origin.ts';
export { lastChangeOf, nodePast } from './past.ts';
export { isOf, type Scene, sceneOf } from './scene.ts';
export { historyWords, type ServicePast, serviceStatus } from './service.ts';
export { containerUsage } from './usage.ts';
export { whyText } from './words.ts';
