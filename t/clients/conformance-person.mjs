// The conformance suite's authorization scenarios, with a person who agrees.
// Usage: conformance-person.mjs ISSUER CLIENT-ID RESOURCE PORT LOGIN PASSWORD
import { spawn } from 'node:child_process';
import { agree } from './person.mjs';

const [issuer, id, resource, port, login, password] = process.argv.slice(2);
const child = spawn('node', ['node_modules/.bin/conformance', 'authorization', '--url', issuer,
  '--client-id', id, '--resource', resource, '-p', port], { cwd: import.meta.dirname });
let asked = false;
const look = (chunk) => {
  process.stdout.write(chunk);
  const found = String(chunk).match(/https?:\/\/\S+\/oauth2\/authorize\S+/);
  if (!found || asked) return;
  asked = true;
  agree(found[0], login, password).catch((e) => { console.log(`# ${e}`); child.kill(); });
};
child.stdout.on('data', look);
child.stderr.on('data', look);
child.on('exit', (code) => process.exit(code ?? 1));
