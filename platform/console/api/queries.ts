import { QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem } from './problem.ts';

/** Tries again what the network or the server may yet manage, and asks for the token where a session has ended. */
export function createQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error, { queryKey }) {
        if (error instanceof Problem && error.status === 401 && queryKey[0] !== 'operator')
          void queries.invalidateQueries({ queryKey: ['operator'] });
      },
    }),
    defaultOptions: {
      queries: {
        retry: (failures, error) =>
          failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
      },
    },
  });
  return queries;
}
