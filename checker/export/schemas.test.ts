/** Holds the published schemas to the files that heddle writes, in both directions. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { traceJson } from './json.ts';
import { sampleRun } from './sample-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(root + path, 'utf8');
const schema = (name: string): unknown => JSON.parse(read(`checker/export/schemas/${name}.schema.json`));
const files = (folder: string): readonly string[] =>
  readdirSync(root + folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => folder + name);

/** A schema under which nothing may occur that is not documented: as published, but for fields that may be added. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  const open = 'properties' in inner && !('additionalProperties' in inner);
  return open ? { ...inner, additionalProperties: false } : inner;
}

function validators(change: (part: unknown) => unknown): (name: string) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const ids = ['trace', 'trace-export', 'results'].map((name) => {
    const text = change(schema(name)) as { readonly $id: string };
    ajv.addSchema(text);
    return [name, text.$id] as const;
  });
  return (name) => ajv.getSchema(new Map(ids).get(name)!) as ValidateFunction;
}

const validator = validators((part) => part);
const strict = validators(closed);

/** What does not fit, as `place: complaint`; nothing else may. */
function complaints(validate: ValidateFunction, text: string): readonly string[] {
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

test.each([
  ['results', 'results/', 20],
  ['trace', 'results/traces/', 300],
] as const)(
  'every file that was committed fits the schema of %s, and has no field that is not in it',
  (name, folder, least) => {
    const all = files(folder).filter((file) => !file.endsWith('baseline.json'));
    const wrong = all.flatMap((file) => complaints(strict(name), read(file)).map((it) => `${file}${it}`));
    expect(wrong).toEqual([]);
    expect(all.length).toBeGreaterThan(least);
  },
);

test('the exported trace fits its schema, and has no field that is not in it', () => {
  expect(complaints(strict('trace-export'), traceJson(sampleRun))).toEqual([]);
});

test('a field may be added, and none may go away or change', () => {
  const file = JSON.parse(traceJson(sampleRun));
  const changed = (change: object): readonly string[] =>
    complaints(validator('trace-export'), JSON.stringify({ ...file, ...change }));
  expect(changed({ more: 1 })).toEqual([]);
  expect(changed({ schema: 2 })).toEqual(['/schema: must be equal to constant']);
  expect(changed({ states: [] })).toEqual(['/states: must NOT have fewer than 1 items']);
  expect(changed({ trace: { ...file.trace, steps: [{}] } })).toContain(
    "/trace/steps/0: must have required property 'choice'",
  );
});

test('every field is described, but where its name says it', () => {
  const bare: string[] = [];
  const visit = (part: unknown, at: string): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) visit(value, `${at}/${key}`);
    if (!('properties' in part)) return;
    for (const [name, it] of Object.entries(part.properties as Record<string, object>)) {
      if (
        !['description', 'const', 'enum', '$ref', 'properties', 'oneOf'].some((key) => key in it) &&
        !('items' in it)
      )
        bare.push(`${at}/${name}`);
    }
  };
  for (const name of ['trace', 'trace-export', 'results']) visit(schema(name), name);
  expect(bare).toEqual(['results/$defs/run/properties/random/seed']);
});
