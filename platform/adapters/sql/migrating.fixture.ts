// Migrates the database at the URL that is given, as a replica does when it starts, and says when it is about to.
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { platformMigrations } from './platform-migrations.ts';

const [url] = process.argv.slice(2);
if (!url) throw new TypeError('a URL is missing');
const database = await openDatabase({ url });
process.stdout.write('ready\n');
await new Promise((go) => process.stdin.once('data', go));
await migrate(database.db, [platformMigrations]);
await database.close();
process.exit(0);
