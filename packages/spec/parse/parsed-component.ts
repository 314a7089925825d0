import type { PublishedPort } from '@reconcile/core/kinds/container';
import type { ComponentDefinition, RouteDefinition } from '../model/index.ts';
import type { Place } from './report.ts';
import type { Placed } from './texts.ts';

/** A component and where the parts of it stand that other files may clash with. */
export interface ParsedComponent {
  readonly definition: ComponentDefinition;
  readonly place: Place;
  readonly ports: readonly Placed<PublishedPort>[];
  readonly routes: readonly Placed<RouteDefinition>[];
}
