import { rmSync } from 'node:fs';
import pg from 'pg';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { runningDatabase, startPostgres } from '../../center/postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresFolder: string;
  }
}

/** vitest's globalSetup where centers are started: making and starting a cluster for each file took a tenth of the time. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = temporaryFolder('rekam-pg-');
  // CENTER_TEST_POSTGRES=15: the same tests on Debian's own PostgreSQL.
  const major = process.env['CENTER_TEST_POSTGRES'];
  const postgres = await startPostgres(folder, major === undefined ? undefined : Number(major));
  project.provide('postgresFolder', folder);
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A new database on it. */
export async function sharedDatabase(name: string): Promise<string> {
  const folder = inject('postgresFolder');
  const client = new pg.Client({ connectionString: databaseOn(folder, 'postgres') });
  await client.connect();
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return databaseOn(folder, name);
}

function databaseOn(folder: string, name: string): string {
  const url = runningDatabase(folder, name);
  if (url === null) throw new Error('the PostgreSQL of the tests does not run');
  return url;
}
