export {
  type RenderedMaking,
  type RenderedNeed,
  type RenderedRun,
  type RenderInput,
  renderMakings,
  renderPodman,
} from './podman.ts';
export { proxyUnit, type QuadletFile, renderQuadlet } from './quadlet.ts';
export { shellCommand, shellWord } from './shell.ts';
