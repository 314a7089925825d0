export { type FindingCode, findings as findingCodes } from './catalogue.ts';
export { cheapFindings } from './cheap.ts';
export { diagnose, type FamilyReport } from './doctor.ts';
export { type Examined, examine, type Known } from './examined.ts';
export type { Finding, Repair, Severity } from './finding.ts';
export { carryOutRepair, isFixable } from './repair.ts';
