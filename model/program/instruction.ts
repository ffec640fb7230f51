/** The instructions that a CPU executes: what an arm64 compiler makes of the kernel's primitives
 *  (semantics.md 1.4). A program is a flat list of them; branches hold indices into it. */
import type { Expr, Value } from './expression.ts';

/** Where an instruction comes from, for traces, coverage and mutants. */
export interface Site {
  /** Kernel function, e.g. `arm_smmu_domain_inv_range`. */
  readonly fn: string;
  /** The statement as the kernel's C has it, e.g. `smp_mb()`. */
  readonly text: string;
  /** False if a run that never executes it is not vacuous for that. */
  readonly covered?: boolean;
  /** What a trace says behind the text of what was read; by default ` == ` and the value. */
  readonly shows?: (value: Value) => string;
}

/** A memory cell: `base->field[index]`. `base` evaluates to a pointer. */
export interface Address {
  readonly base: Expr;
  /** The field's name; nested ones joined by a dot (`inv.users`). A variable that is not a struct has one
   *  field, named `v`. */
  readonly field: string;
  /** Index into the field's cells; SCALAR for a field that is no array. */
  readonly index: Expr;
}

/** The index of a field that is no array; told from an explicit 0 by identity, for the text of traces only. */
export const SCALAR: Expr = { kind: 'const', value: 0 };

/** Read and write part of an atomic take effect in one step, as soon as nothing keeps the write part back, and what
 *  follows waits for that. Exact if whatever the thread makes visible in between, and could not before, concerns
 *  nobody before the write part is visible too: nobody else can change the cell in between, and a load may as well
 *  be late. Halves the steps of code that is all atomics. */
export type AtOnce = true;

/** A load of a device's register: never done ahead of a branch nor answered by a cache, so what it reads is what the
 *  register holds at some time after all branches before it were decided. The machine has it read the latest value. */
export type Device = true;

export type AtomicFn = 'swap' | 'add' | 'sub' | 'and' | 'or' | 'xor' | 'andnot';

export type Operation =
  /** dst := value; arithmetic only, no access. `guessed`: the compiler has compared the value with each that it can be,
   *  and goes on with a constant. Accesses by it come after a branch then, and carry no dependency on it. */
  | { readonly op: 'set'; readonly dst: string; readonly value: Expr; readonly guessed?: true }
  /** LDR; acquire = LDAR (A), acquirePC = LDAPR (Q). exclusive = LDXR/LDAXR. */
  | {
      readonly op: 'load';
      readonly dst: string;
      readonly addr: Address;
      readonly order: 'plain' | 'acquire' | 'acquirePC';
      readonly exclusive: boolean;
      readonly device?: Device;
    }
  /** STR, or STLR. `status` = STXR/STLXR: the register that gets 0 on success, 1 on failure. */
  | {
      readonly op: 'store';
      readonly addr: Address;
      readonly value: Expr;
      readonly order: 'plain' | 'release';
      readonly status: string | null;
    }
  /** An LSE atomic. `dst` gets the old value. `noReturn` = the ST<op> forms: the read part is not ordered by a
   *  later DMB LD. */
  | {
      readonly op: 'rmw';
      readonly fn: AtomicFn;
      readonly dst: string | null;
      readonly addr: Address;
      readonly operand: Expr;
      readonly acquire: boolean;
      readonly release: boolean;
      readonly noReturn: boolean;
      readonly atOnce?: AtOnce;
    }
  /** CAS. `dst` gets the old value; it succeeded iff that equals expected. null = the result goes to the zero
   *  register: then the read part is not ordered by a later DMB LD, as that of ST<op>. */
  | {
      readonly op: 'cas';
      readonly dst: string | null;
      readonly addr: Address;
      readonly expected: Expr;
      readonly desired: Expr;
      readonly acquire: boolean;
      readonly release: boolean;
      readonly atOnce?: AtOnce;
    }
  /** An RMW that waits until `guard` holds of the old value (register `old` in both), then stores `next`, in one
   *  step: lock acquisition, where nobody looks at the word in between. Reads the latest value. */
  | {
      readonly op: 'blockingRmw';
      readonly addr: Address;
      readonly guard: Expr;
      readonly next: Expr;
      readonly acquire: boolean;
      readonly release: boolean;
    }
  /** A polling loop: waits for a readable value of the cell for which `until` holds (register `dst` in it).
   *  Exact, since the iterations that are skipped only add constraints. */
  | {
      readonly op: 'await';
      readonly dst: string;
      readonly addr: Address;
      readonly until: Expr;
      readonly order: 'plain' | 'acquire';
      readonly device?: Device;
    }
  /** DMB or DSB; `access`: SY, LD or ST. `domain` is kept for reports (semantics.md A1); the model ignores it. */
  | {
      readonly op: 'fence';
      readonly kind: 'dmb' | 'dsb';
      readonly access: 'full' | 'load' | 'store';
      readonly domain: 'inner' | 'outer' | 'system';
    }
  | { readonly op: 'isb' }
  /** Falls through if cond holds, else goes to `otherwise`. */
  | { readonly op: 'branch'; readonly cond: Expr; readonly otherwise: number }
  | { readonly op: 'jump'; readonly to: number }
  /** dst := one of the options: an allocation that may fail, a device's whim. */
  | { readonly op: 'choose'; readonly dst: string; readonly options: readonly Value[] }
  | { readonly op: 'rcu'; readonly what: 'lock' | 'unlock' | 'synchronize' }
  /** kfree_rcu: frees the object after a grace period. */
  | { readonly op: 'kfree_rcu'; readonly pointer: Expr }
  /** kfree, or giving a page back: the object must not be used from now on, by CPU or device. */
  | { readonly op: 'free'; readonly pointer: Expr }
  /** dst := pointer to the first object of `pool` not yet allocated. Its cells hold what they were declared
   *  with (null = uninitialised). ModelBug if the pool is exhausted. */
  | { readonly op: 'alloc'; readonly dst: string; readonly pool: readonly string[] }
  /** Appends commands to an SMMU's command queue, as one store to its PROD register would publish them. */
  | { readonly op: 'push'; readonly queue: Expr; readonly commands: readonly CommandTemplate[] }
  /** local_irq_save / local_irq_restore, which nest: whether an interrupt handler may run on this CPU. */
  | { readonly op: 'irq'; readonly enabled: boolean }
  /** Waits for the interrupt of the program, at its end. */
  | { readonly op: 'wfi' }
  /** Halts the thread with a fault if cond does not hold. */
  | { readonly op: 'assert'; readonly cond: Expr; readonly message: string };

/** A command with its operands still to be evaluated on the CPU that pushes it. */
export interface CommandTemplate {
  readonly name: string;
  readonly operands: Readonly<Record<string, Expr>>;
  /** Part of the list only if this holds: a batch that was filled at run time. */
  readonly when?: Expr;
}

export type Instruction = Operation & { readonly at: Site };

/** A thread's code, flat. Ends when the program counter reaches `code.length`. */
export interface Program {
  readonly name: string;
  readonly code: readonly Instruction[];
  /** Registers with a value before the first instruction (litmus tests); others are undefined. */
  readonly initial: Readonly<Record<string, Value>>;
  /** Registers whose final values are asked for: live to the end. */
  readonly observed: readonly string[];
  /** Whether it may go round for ever without anybody noticing: a run that never ends then, for a system that must end.
   *  Otherwise a bug of the model. */
  readonly mayLoop?: boolean;
  /** Only of a program that is interrupted (interrupt.ts): where the copy of the handler begins to which an
   *  interrupt at each instruction leads, and where the copy of the program that goes on afterwards begins. */
  readonly interrupts?: { readonly entries: ReadonlyMap<number, number>; readonly resume: number };
}
