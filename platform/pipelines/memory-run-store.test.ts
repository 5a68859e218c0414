import { MemoryRunStore } from './memory-run-store.ts';
import { runStoreContract } from './run-store.contract.ts';

runStoreContract(async () => new MemoryRunStore());
