#!/usr/bin/env node
// The heddle command: lets Node load TypeScript, then hands over to main.ts.
try {
  const { register } = await import('tsx/esm/api');
  register();
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('heddle: its packages are not installed. Run `npm install` in its folder.\n');
  process.exit(1);
}
await import('./main.ts');
