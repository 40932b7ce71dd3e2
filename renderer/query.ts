import { QueryClient } from '@tanstack/react-query';

/** In memory only. The station is on this machine: the network's state says nothing about it, and it retries nothing by itself. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { networkMode: 'always', retry: false, staleTime: 0, refetchOnWindowFocus: false },
    mutations: { networkMode: 'always', retry: false },
  },
});
