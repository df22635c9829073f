import { startGcsServer, type GcsFault } from '../../src/testing/gcs-server.ts';
import { driverContract } from '../../src/testing/driver-contract.ts';
import { openGcs } from './gcs-place.ts';

async function open(fault: (method: string) => GcsFault = () => undefined) {
  const server = await startGcsServer({ token: 'let-me-in', rewriteBytes: 500_000 });
  server.objects.createBucket('plankton');
  // Less than half of what the contract lists.
  server.objects.pageEntries = 20;
  server.fault = ({ method = '' }) => fault(method);
  const { store, close } = await openGcs(server.url);
  return { store, dispose: async () => (await close(), server.close()) };
}

driverContract('Google Cloud Storage', {
  open: () => open(),
  troubled: {
    'store.denied': () => open(() => ({ status: 403, reason: 'forbidden' })),
    'store.throttled': () => open(() => ({ status: 429, reason: 'rateLimitExceeded' })),
    'store.unavailable': () => open(() => ({ status: 503 })),
    'store.broken': () => open(() => ({ status: 418 })),
  },
});
