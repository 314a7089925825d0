export { type RenderedRun, type RenderInput, renderPodman } from './podman.ts';
export { shellCommand } from './shell.ts';
