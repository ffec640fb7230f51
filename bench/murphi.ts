/** The reference model in Murphi, the language of Rumur, with the same distinct states and transitions. Arrays and
 *  rulesets as Murphi's users write them; slots of a queue behind its last entry are 0, so that equal queues are equal
 *  states. */
import { type Size, switches } from './reference-model.ts';

/** The model as the text of a `.m` file. Commands and stores are numbered as in promela.ts: below `pages`, TLBI or the
 *  clear of a PTE; from there, SYNC of a CPU in a command queue, and version or STE in a store buffer. */
export function murphi(size: Size): string {
  const { m: M, tso = false } = size;
  const parts = [
    `-- Unmap against attach: ${switches(size)}`,
    types(size),
    variables(size),
    start(size),
    unmapper(size),
    M > 1 ? attacher(size) : '',
    smmu,
    tso ? drain : '',
    'invariant "no stale entry" forall m: smmu do forall g: page do !(freed[g] & tlb[m][g]) end end;',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function types({ k: K, p: P, m: M }: Size): string {
  return `const
  own: ${P};
  pages: ${K * P};
  smmus: ${M};
  slots: ${2 * K};
type
  cpu: 0..${K - 1};
  smmu: 0..${M - 1};
  page: 0..${K * P - 1};
  command: 0..${K * P + K - 1};
  store: 0..${K * P + 2 * M - 1};
  slot: 0..${2 * K - 1};
  buffered: 0..${K};`;
}

function variables({ k: K, p: P, m: M, tso = false }: Size): string {
  const buffers = `
  buffer: array[buffered] of array[0..1] of store;
  waiting: array[buffered] of 0..2;`;
  return `var
  pc: array[cpu] of 0..4;
  at: array[cpu] of 0..${P - 1};
  seen: array[cpu] of smmu;
  target: array[cpu] of smmu;
  pending: array[cpu] of 0..${M};
  attached: 0..${2 * (M - 1)};
  version: smmu;
  pte: array[page] of boolean;
  freed: array[page] of boolean;
  ste: array[smmu] of boolean;
  tlb: array[smmu] of array[page] of boolean;
  queue: array[smmu] of array[slot] of command;
  queued: array[smmu] of 0..${2 * K};${tso ? buffers : ''}`;
}

function start({ tso = false }: Size): string {
  const buffers = '\n  for b: buffered do buffer[b][0] := 0; buffer[b][1] := 0; waiting[b] := 0; end;';
  return `startstate begin
  for k: cpu do pc[k] := 0; at[k] := 0; seen[k] := 0; target[k] := 0; pending[k] := 0; end;
  attached := 0; version := 0;
  for g: page do pte[g] := true; freed[g] := false; end;
  for m: smmu do
    ste[m] := m = 0; queued[m] := 0;
    for g: page do tlb[m][g] := false; end;
    for i: slot do queue[m][i] := 0; end;
  end;${tso ? buffers : ''}
end;`;
}

/** The guard of a store by CPU number `b`, and its effect: into its buffer if it has one, else into memory. */
function stores({ tso = false }: Size, b: string, what: string, landed: string) {
  if (!tso) return { guard: 'true', effect: `${landed};` };
  const effect = `buffer[${b}][waiting[${b}]] := ${what}; waiting[${b}] := waiting[${b}] + 1;`;
  return { guard: `waiting[${b}] < 2`, effect };
}

function unmapper(size: Size): string {
  const { tso = false, nobar = false, wrongU = false } = size;
  const drained = tso ? 'waiting[k] = 0' : 'true';
  const clear = stores(size, 'k', 'k * own + at[k]', 'pte[k * own + at[k]] := false');
  return `ruleset k: cpu do
  rule "clear the PTE" pc[k] = ${wrongU ? 1 : 0} & ${clear.guard} ==> begin
    ${clear.effect} pc[k] := pc[k] + 1;
  end;
  rule "read the version" pc[k] = ${wrongU ? 0 : 1} & ${nobar || wrongU ? 'true' : drained} ==> begin
    seen[k] := version; pc[k] := pc[k] + 1;
  end;
  rule "push TLBI and SYNC" pc[k] = 2 & ${drained} ==> begin
    queue[target[k]][queued[target[k]]] := k * own + at[k];
    queue[target[k]][queued[target[k]] + 1] := pages + k;
    queued[target[k]] := queued[target[k]] + 2;
    pending[k] := pending[k] + 1;
    if target[k] < seen[k] then target[k] := target[k] + 1;
    else target[k] := 0; seen[k] := 0; pc[k] := 3;
    end;
  end;
  rule "free the page" pc[k] = 3 & pending[k] = 0 ==> begin
    freed[k * own + at[k]] := true;
    if at[k] + 1 < own then at[k] := at[k] + 1; pc[k] := 0;
    else at[k] := 0; pc[k] := 4;
    end;
  end;
end;`;
}

/** `attached` counts the attacher's stores: two for each SMMU after the first. */
function attacher(size: Size): string {
  const { k: K, m: M, wrongA = false } = size;
  const next = 'attached / 2 + 1';
  const publish = stores(size, `${K}`, `pages + ${next}`, `version := ${next}`);
  const writeSte = stores(size, `${K}`, `pages + smmus + ${next}`, `ste[${next}] := true`);
  const rule = (name: string, parity: number, { guard, effect }: typeof publish): string =>
    `rule "${name}" attached < ${2 * (M - 1)} & attached % 2 = ${parity} & ${guard} ==> begin
  ${effect} attached := attached + 1;
end;`;
  return `${rule('publish the version', wrongA ? 1 : 0, publish)}
${rule('write the STE', wrongA ? 0 : 1, writeSte)}`;
}

const smmu = `ruleset m: smmu do
  ruleset g: page do
    rule "walk" ste[m] & pte[g] & !tlb[m][g] ==> begin tlb[m][g] := true; end;
  end;
  rule "consume" queued[m] > 0 ==>
    var got: command;
  begin
    got := queue[m][0];
    for i: 0..slots - 2 do queue[m][i] := queue[m][i + 1]; end;
    queue[m][slots - 1] := 0; queued[m] := queued[m] - 1;
    if got < pages then tlb[m][got] := false;
    else pending[got - pages] := pending[got - pages] - 1;
    end;
  end;
end;`;

const drain = `ruleset b: buffered do
  rule "drain" waiting[b] > 0 ==>
    var got: store;
  begin
    got := buffer[b][0];
    buffer[b][0] := buffer[b][1]; buffer[b][1] := 0; waiting[b] := waiting[b] - 1;
    if got < pages then pte[got] := false;
    elsif got < pages + smmus then version := got - pages;
    else ste[got - pages - smmus] := true;
    end;
  end;
end;`;
