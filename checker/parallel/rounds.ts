/** Rounds: every worker does its part until there is nothing more to do or somebody is in a hurry, then waits until
 *  every worker has said how things stand. All of them hear the same, and conclude the same. */
import { common, lineOf, own, reportWords, type Shared } from './shared.ts';

/** Looks for the others this often before it sleeps. */
const LOOKS = 2000;
/** Milliseconds of sleep, if nobody rings. */
const NAP = 50;

/** One worker's part in the rounds. */
export class Rounds {
  private readonly shared: Shared;
  private readonly me: number;
  private round = 1;

  constructor(shared: Shared, me: number) {
    this.shared = shared;
    this.me = me;
  }

  /** Makes everybody end this round. */
  hurry(): void {
    Atomics.store(this.shared.control, common.hurry, this.round);
  }

  isHurried(): boolean {
    return Atomics.load(this.shared.control, common.hurry) === this.round;
  }

  /** Ends the round with a few numbers to tell. What every worker had to tell, in their order. Whatever any of them
   *  wrote to shared memory before is there for all. */
  end(report: readonly number[] = []): readonly Int32Array[] {
    const { control, workers } = this.shared;
    const { round, me } = this;
    const place = (w: number) => lineOf(w) + own.report + (round & 1) * reportWords;
    control.set(report, place(me));
    Atomics.store(control, lineOf(me) + own.arrived, round);
    for (let w = 0; w < workers; w++) if (w !== me) this.ring(w);
    this.awaitAll();
    this.round += 1;
    return Array.from({ length: workers }, (_, w) => control.slice(place(w), place(w) + reportWords));
  }

  /** Wakes worker `w` if it sleeps. Whoever falls asleep says so first and looks then: either it sees that this worker
   *  has arrived, or this worker sees that it sleeps. */
  private ring(w: number): void {
    const { control } = this.shared;
    if (Atomics.load(control, lineOf(w) + own.asleep) === 0) return;
    Atomics.add(control, lineOf(w) + own.bell, 1);
    Atomics.notify(control, lineOf(w) + own.bell);
  }

  private awaitAll(): void {
    const { control } = this.shared;
    const bell = lineOf(this.me) + own.bell;
    const asleep = lineOf(this.me) + own.asleep;
    for (;;) {
      for (let looks = LOOKS; looks > 0; looks--) if (this.haveAllArrived()) return;
      Atomics.store(control, asleep, 1);
      // Who rings after this was read makes `wait` return at once.
      const heard = Atomics.load(control, bell);
      if (!this.haveAllArrived()) Atomics.wait(control, bell, heard, NAP);
      Atomics.store(control, asleep, 0);
    }
  }

  private haveAllArrived(): boolean {
    const { control, workers } = this.shared;
    for (let w = 0; w < workers; w++) {
      if (((Atomics.load(control, lineOf(w) + own.arrived) - this.round) | 0) < 0) return false;
    }
    return true;
  }
}
