/** What authors of stores and plugins test with. Needs mocha's `describe` and `it`, and loads no SDK. */
export { brokenDrivers, type BrokenDriver } from './testing/broken-drivers.ts';
export {
  driverContract,
  type ContractResult,
  type DriverContractOptions,
  type OpenedForContract,
  type TroubledCode,
} from './testing/driver-contract.ts';
export { failureFrom } from './testing/failure-from.ts';
export { startUnkindHttp, type SeenRequest, type UnkindHttp, type Unkindness } from './testing/unkind-http.ts';
export { ManagedStore, type ManagedStoreOptions } from './storage/managed-store.ts';
export { startGcsServer, type GcsServer } from './testing/gcs-server.ts';
export { createRig, type Ended, type ProjectRig, type RigOptions, type Running } from './testing/project-rig.ts';
