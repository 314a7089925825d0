export * from './facts.ts';
export { type Installed, type InstallStep, install, installSteps, lookAtInstall, uninstall } from './install.ts';
export { unitFiles } from './units.ts';
export { withoutSystemd } from './without.ts';
