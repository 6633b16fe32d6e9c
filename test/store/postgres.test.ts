import { afterAll, beforeAll } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { silent, startPostgresDatabases, type PostgresDatabases } from '../support/postgres-databases.ts';
import { storeContract, type TestDatabase } from './contract.ts';

let databases: PostgresDatabases;

beforeAll(async () => {
  databases = await startPostgresDatabases();
});

afterAll(() => databases[Symbol.asyncDispose]());

async function postgresDatabase(): Promise<TestDatabase> {
  const { server } = databases;
  const database = await databases.take();
  const { name, url } = database;
  return {
    open: () => openPostgresStore({ url }, silent),
    backUp: async () => {
      const backup = `backup_${name}`;
      await server.create(backup, name);
      return async () => {
        await server.drop(name);
        await server.create(name, backup);
        await server.drop(backup);
      };
    },
    soleOwner: false,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

storeContract('PostgreSQL', postgresDatabase);
