/** "Unmap against attach", the model that other checkers were measured on (invs.pml and its translations): the same
 *  states and the same transitions, in the language in which heddle's models are written.
 *
 *  K unmapper CPUs each unmap P pages once: clear the PTE, read the array version, push TLBI and SYNC to each SMMU of
 *  that version, wait, free the page. One attacher publishes the next version, then writes that SMMU's STE. M SMMUs
 *  walk a page while their STE is valid, and consume one command at a time. */
import { produce } from 'immer';
import { match } from 'ts-pattern';
import {
  type Agent,
  type Component,
  component,
  type Invariant,
  type Line,
  type Read,
  type Ref,
  ref,
  type Step,
  type Symmetry,
  type System,
  type Write,
  write,
} from '../checker/system.ts';

export interface Size {
  /** Unmappers. */
  readonly k: number;
  /** Pages of each unmapper. */
  readonly p: number;
  /** SMMUs. */
  readonly m: number;
  /** FIFO store buffers of depth 2. */
  readonly tso?: boolean;
  /** No barrier between the PTE's clear and the array's read; only means something with `tso`. */
  readonly nobar?: boolean;
  /** The attacher writes the STE before it publishes the version. */
  readonly wrongA?: boolean;
  /** The unmapper reads the version before it clears the PTE. */
  readonly wrongU?: boolean;
  /** Declares the unmappers to be alike: then there are fewer states to explore than other checkers have. */
  readonly alike?: boolean;
}

/** `K=2 P=3 M=2 TSO=1`, with the switches that change the programs where they are on. */
export function switches({ k, p, m, tso, nobar, wrongA, wrongU }: Size): string {
  const wrong = Object.entries({ NOBAR: nobar, WRONGA: wrongA, WRONGU: wrongU }).filter(([, on]) => on);
  return [`K=${k} P=${p} M=${m} TSO=${tso ? 1 : 0}`, ...wrong.map(([name]) => `${name}=1`)].join(' ');
}

type Command = { readonly op: 'TLBI'; readonly page: number } | { readonly op: 'SYNC'; readonly cpu: number };

type Store =
  | { readonly to: 'pte'; readonly k: number; readonly page: number }
  | { readonly to: 'version'; readonly value: number }
  | { readonly to: 'ste'; readonly m: number };

interface Unmapper {
  readonly pc: 'first' | 'second' | 'issue' | 'wait' | 'done';
  readonly page: number;
  readonly version: number;
  /** The next SMMU to invalidate. */
  readonly smmu: number;
}

interface Attacher {
  readonly pc: 'first' | 'second' | 'done';
  readonly smmu: number;
}

/** Handles to every component. A page is numbered `k * P + page` in TLBs and commands. */
interface Refs {
  readonly cpu: readonly Ref<Unmapper>[];
  readonly pte: readonly Ref<readonly boolean[]>[];
  readonly freed: readonly Ref<readonly boolean[]>[];
  readonly pending: readonly Ref<number>[];
  readonly tlb: readonly Ref<readonly boolean[]>[];
  readonly commands: readonly Ref<readonly Command[]>[];
  readonly ste: readonly Ref<boolean>[];
  readonly buffer: readonly Ref<readonly Store[]>[];
  readonly version: Ref<number>;
  readonly attacher: Ref<Attacher>;
}

const DEPTH = 2;

export function referenceModel(size: Size): System {
  const { k: K, m: M, tso = false } = size;
  const { refs, components } = declare(size);
  const cpus = Array.from({ length: K }, (_, k) => k);
  const smmus = Array.from({ length: M }, (_, m) => m);
  const agents = [
    ...cpus.map((k) => unmapper(size, refs, k)),
    attacher(size, refs),
    ...smmus.flatMap((m) => [...cpus.map((k) => walker(size, refs, m, k)), consumer(refs, m)]),
    ...(tso ? refs.buffer.map((_, b) => drain(refs, b)) : []),
  ];
  const invariants = smmus.flatMap((m) => cpus.map((k) => noStaleEntry(size, refs, m, k)));
  return {
    name: `unmap against attach, ${switches(size)}`,
    components,
    agents,
    invariants,
    witnesses: [],
    statements: [],
    stuck: (read) =>
      cpus.every((k) => read(refs.cpu[k]!).pc === 'done') ? null : 'an unmapper waits for ever',
    columns: agents.map(({ name }) => name),
    ...(size.alike === true ? { symmetries: [likeUnmappers(size, refs)] } : {}),
  };
}

/** The unmappers run one program, each on pages of its own. No two SMMUs are alike: they are attached in an order. */
function likeUnmappers({ k: K, p: P }: Size, refs: Refs): Symmetry {
  const owned = [refs.cpu, refs.pte, refs.freed, refs.pending, refs.buffer];
  return {
    name: 'unmappers',
    things: Array.from({ length: K }, (_, k) => `CPU${k}`),
    exchange(places) {
      const components = new Map(
        places.flatMap((to, k) =>
          owned.flatMap((list) => (list[k] === undefined ? [] : [[list[k].index, list[to]!.index] as const])),
        ),
      );
      const page = (n: number): number => places[Math.floor(n / P)]! * P + (n % P);
      const named: Named = {
        tlb: (flags) => flags.map((_, n) => flags[places.indexOf(Math.floor(n / P)) * P + (n % P)]!),
        commands: (queue) =>
          queue.map((it) =>
            it.op === 'TLBI' ? { ...it, page: page(it.page) } : { ...it, cpu: places[it.cpu]! },
          ),
        buffer: (stores) => stores.map((it) => (it.to === 'pte' ? { ...it, k: places[it.k]! } : it)),
      };
      return {
        component: (c) => components.get(c) ?? c,
        value: (c, value) => {
          const kind = (['tlb', 'commands', 'buffer'] as const).find((name) =>
            refs[name].some(({ index }) => index === c),
          );
          return kind === undefined ? value : named[kind](value as never);
        },
        agent: (name) =>
          name.replace(/(?<=^CPU| walk |store buffer )\d+$/, (k) => String(places[Number(k)] ?? k)),
      };
    },
  };
}

/** What becomes of values that name unmappers or their pages. */
interface Named {
  tlb(flags: readonly boolean[]): readonly boolean[];
  commands(queue: readonly Command[]): readonly Command[];
  buffer(stores: readonly Store[]): readonly Store[];
}

function declare({ k: K, p: P, m: M, tso = false }: Size): {
  readonly refs: Refs;
  readonly components: readonly Component[];
} {
  const components: Component[] = [];
  const one = <T>(name: string, initial: T): Ref<T> => {
    const handle = ref<T>(components.length, name);
    components.push(component({ ref: handle, initial }));
    return handle;
  };
  const many = <T>(count: number, name: string, initial: (i: number) => T): readonly Ref<T>[] =>
    Array.from({ length: count }, (_, i) => one(`${name}${i}`, initial(i)));
  const flags = (count: number, value: boolean): readonly boolean[] => Array(count).fill(value);
  const refs: Refs = {
    cpu: many<Unmapper>(K, 'cpu', () => ({ pc: 'first', page: 0, version: 0, smmu: 0 })),
    pte: many(K, 'pte', () => flags(P, true)),
    freed: many(K, 'freed', () => flags(P, false)),
    pending: many(K, 'pending', () => 0),
    tlb: many(M, 'tlb', () => flags(K * P, false)),
    commands: many<readonly Command[]>(M, 'commands', () => []),
    ste: many(M, 'ste', (m) => m === 0),
    buffer: many<readonly Store[]>(tso ? K + 1 : 0, 'buffer', () => []),
    version: one('version', 0),
    attacher: one<Attacher>('attacher', { pc: M > 1 ? 'first' : 'done', smmu: 1 }),
  };
  return { refs, components };
}

/** A step that a trace shows as one line. */
function step(agent: string, text: string, writes: readonly Write[]): Step {
  const line: Line = { text };
  return { label: { agent, lines: [line] }, writes };
}

/** What changes when a store reaches memory. */
function land(read: Read, refs: Refs, store: Store): Write {
  return match(store)
    .with({ to: 'pte' }, ({ k, page }) => write(refs.pte[k]!, set(read(refs.pte[k]!), page, false)))
    .with({ to: 'version' }, ({ value }) => write(refs.version, value))
    .with({ to: 'ste' }, ({ m }) => write(refs.ste[m]!, true))
    .exhaustive();
}

/** What changes when CPU number `b` stores: its buffer if it has one, else memory. Null if the buffer is full. */
function issue(read: Read, refs: Refs, b: number, store: Store): Write | null {
  const buffer = refs.buffer[b];
  if (buffer === undefined) return land(read, refs, store);
  const waiting = read(buffer);
  return waiting.length < DEPTH ? write(buffer, [...waiting, store]) : null;
}

function isDrained(read: Read, refs: Refs, b: number): boolean {
  const buffer = refs.buffer[b];
  return buffer === undefined || read(buffer).length === 0;
}

function set(flags: readonly boolean[], i: number, value: boolean): readonly boolean[] {
  return produce(flags, (draft) => {
    draft[i] = value;
  });
}

function unmapper(size: Size, refs: Refs, k: number): Agent {
  const { p: P, tso = false, nobar = false, wrongU = false } = size;
  const name = `CPU${k}`;
  const self = refs.cpu[k]!;

  function clear(read: Read, me: Unmapper): readonly Step[] {
    const stored = issue(read, refs, k, { to: 'pte', k, page: me.page });
    if (stored === null) return [];
    return [step(name, `clear PTE ${me.page}`, [stored, write(self, after(me))])];
  }

  function readVersion(read: Read, me: Unmapper): readonly Step[] {
    if (tso && !nobar && !wrongU && !isDrained(read, refs, k)) return [];
    const next = { ...after(me), version: read(refs.version) };
    return [step(name, 'read the version', [write(self, next)])];
  }

  function after(me: Unmapper): Unmapper {
    return { ...me, pc: me.pc === 'first' ? 'second' : 'issue' };
  }

  function push(read: Read, me: Unmapper): readonly Step[] {
    if (!isDrained(read, refs, k)) return [];
    const queue = refs.commands[me.smmu]!;
    const more: readonly Command[] = [
      { op: 'TLBI', page: k * P + me.page },
      { op: 'SYNC', cpu: k },
    ];
    const next: Unmapper =
      me.smmu < me.version ? { ...me, smmu: me.smmu + 1 } : { ...me, pc: 'wait', version: 0, smmu: 0 };
    return [
      step(name, `push TLBI and SYNC to SMMU${me.smmu}`, [
        write(queue, [...read(queue), ...more]),
        write(refs.pending[k]!, read(refs.pending[k]!) + 1),
        write(self, next),
      ]),
    ];
  }

  function free(read: Read, me: Unmapper): readonly Step[] {
    if (read(refs.pending[k]!) > 0) return [];
    const isLast = me.page + 1 === P;
    const next: Unmapper = { ...me, pc: isLast ? 'done' : 'first', page: isLast ? 0 : me.page + 1 };
    const freed = set(read(refs.freed[k]!), me.page, true);
    return [step(name, `free page ${me.page}`, [write(refs.freed[k]!, freed), write(self, next)])];
  }

  return {
    name,
    steps: (read) => {
      const me = read(self);
      return match(me.pc)
        .with('first', () => (wrongU ? readVersion(read, me) : clear(read, me)))
        .with('second', () => (wrongU ? clear(read, me) : readVersion(read, me)))
        .with('issue', () => push(read, me))
        .with('wait', () => free(read, me))
        .with('done', () => [])
        .exhaustive();
    },
  };
}

function attacher({ k: K, m: M, wrongA = false }: Size, refs: Refs): Agent {
  const name = 'attacher';
  const self = refs.attacher;

  function store(read: Read, what: Store, text: string, next: Attacher): readonly Step[] {
    const stored = issue(read, refs, K, what);
    return stored === null ? [] : [step(name, text, [stored, write(self, next)])];
  }

  return {
    name,
    steps: (read) => {
      const me = read(self);
      if (me.pc === 'done') return [];
      const isFirst = me.pc === 'first';
      const isLast = me.smmu + 1 === M;
      const next: Attacher = isFirst
        ? { ...me, pc: 'second' }
        : { pc: isLast ? 'done' : 'first', smmu: isLast ? me.smmu : me.smmu + 1 };
      return isFirst === wrongA
        ? store(read, { to: 'ste', m: me.smmu }, `write STE ${me.smmu}`, next)
        : store(read, { to: 'version', value: me.smmu }, `publish version ${me.smmu}`, next);
    },
  };
}

/** SMMU `m` walking the pages of CPU `k`: an agent of its own, because it reads no more than these. */
function walker({ p: P }: Size, refs: Refs, m: number, k: number): Agent {
  const name = `SMMU${m} walk ${k}`;
  const tlb = refs.tlb[m]!;
  return {
    name,
    steps: (read) => {
      if (!read(refs.ste[m]!)) return [];
      const mapped = read(refs.pte[k]!);
      const cached = read(tlb);
      return mapped.flatMap((isMapped, page) =>
        isMapped && !cached[k * P + page]
          ? [step(name, `walk page ${k * P + page}`, [write(tlb, set(cached, k * P + page, true))])]
          : [],
      );
    },
  };
}

function consumer(refs: Refs, m: number): Agent {
  const name = `SMMU${m}`;
  const queue = refs.commands[m]!;
  return {
    name,
    steps: (read) => {
      const [command, ...rest] = read(queue);
      if (command === undefined) return [];
      const done = match(command)
        .with({ op: 'TLBI' }, ({ page }) => write(refs.tlb[m]!, set(read(refs.tlb[m]!), page, false)))
        .with({ op: 'SYNC' }, ({ cpu }) => write(refs.pending[cpu]!, read(refs.pending[cpu]!) - 1))
        .exhaustive();
      return [step(name, command.op, [write(queue, rest), done])];
    },
  };
}

function drain(refs: Refs, b: number): Agent {
  const name = `store buffer ${b}`;
  const buffer = refs.buffer[b]!;
  return {
    name,
    steps: (read) => {
      const [oldest, ...rest] = read(buffer);
      if (oldest === undefined) return [];
      return [step(name, `${oldest.to} reaches memory`, [write(buffer, rest), land(read, refs, oldest)])];
    },
  };
}

/** A freed page of CPU `k` is not in the TLB of SMMU `m`. */
function noStaleEntry({ p: P }: Size, refs: Refs, m: number, k: number): Invariant {
  return {
    name: `no stale entry of CPU${k} in SMMU${m}`,
    broken: (read) => {
      const cached = read(refs.tlb[m]!);
      const stale = read(refs.freed[k]!).findIndex((isFree, page) => isFree && cached[k * P + page]);
      return stale < 0 ? null : `page ${k * P + stale} is free and cached`;
    },
  };
}
