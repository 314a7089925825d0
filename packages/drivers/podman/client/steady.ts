import { isFleetError } from '@reconcile/core';

const mostTries = 4;

/**
 * A listing that another command cut through: podman lists storage leftovers one by one, and one that is removed meanwhile makes
 * the whole call fail (4.3.1). It is asked for again at once. @throws what the last try threw
 */
export async function steady<T>(list: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await list();
    } catch (error) {
      if (!isFleetError(error) || error.code !== 'PODMAN_NO_SUCH' || tries >= mostTries) throw error;
    }
  }
}
