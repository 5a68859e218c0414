import { operatorSession } from './calls.ts';
import { Problem } from './problem.ts';

/** The link printed by the server carries the operator's token behind the #, where it reaches no log. */
const tokenOfLink = () => new URLSearchParams(window.location.hash.slice(1)).get('token');

/** Signs in with the token of the address where it has one, and takes it out of the address. */
export async function signInByLink(): Promise<void> {
  // Where the page is open already, the browser follows the link without loading anything.
  window.addEventListener('hashchange', () => tokenOfLink() && window.location.reload());
  const token = tokenOfLink();
  if (!token) return;
  window.history.replaceState(null, '', '/console');
  // A wrong token leads to the console's own sign-in form.
  await operatorSession(token).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
  });
}
